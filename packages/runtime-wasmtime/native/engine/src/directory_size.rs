//! How much of a disk a directory takes, about.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What an entry costs beside its content, in bytes.
pub const ENTRY_BYTES: u64 = 4096;

/// All that lies below, as far as it matters: more than `enough` is not counted to its end. Files
/// count with their size, holes or not, and once for each of their names. What cannot be looked at,
/// such as what lies deeper than any path of the host reaches, counts as endless.
///
/// A guest that puts a link in the place of a folder meanwhile can make this count what lies
/// elsewhere, which costs that guest alone.
pub fn measure(folder: &Path, enough: u64) -> u64 {
    let mut bytes = 0_u64;
    let mut pending: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(folder) = pending.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if is_gone(&error) => continue,
            Err(_) => return u64::MAX,
        };
        for entry in entries {
            let Ok(entry) = entry else { return u64::MAX };
            bytes = bytes.saturating_add(ENTRY_BYTES);
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => pending.push(entry.path()),
                Ok(_) => match entry.metadata() {
                    Ok(metadata) => bytes = bytes.saturating_add(metadata.len()),
                    Err(error) if is_gone(&error) => {}
                    Err(_) => return u64::MAX,
                },
                Err(error) if is_gone(&error) => {}
                Err(_) => return u64::MAX,
            }
            if bytes > enough {
                return bytes;
            }
        }
    }
    bytes
}

/// Another run has removed it, or put something else there.
fn is_gone(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// What open files take that have no name any more, each once.
#[cfg(unix)]
pub fn measure_nameless(open: &[Arc<File>]) -> u64 {
    use std::os::unix::fs::MetadataExt;
    let mut seen = HashSet::new();
    open.iter()
        .filter_map(|file| file.metadata().ok())
        .filter(|metadata| metadata.nlink() == 0 && seen.insert((metadata.dev(), metadata.ino())))
        .map(|metadata| ENTRY_BYTES.saturating_add(metadata.len()))
        .fold(0, u64::saturating_add)
}

/// Windows keeps the name of a file that is open.
#[cfg(not(unix))]
pub fn measure_nameless(_open: &[Arc<File>]) -> u64 {
    0
}
