//! Keeping the folder within its bound: the least recently used entries go.
//!
//! The folder is shared, so nothing that is remembered of it is true for long. What we keep is an estimate of its size,
//! which says when to look again; what is removed is decided on a fresh look only.

use std::time::{Duration, Instant};

use rustix::fs::FileType;

use crate::folder::{Folder, is_type};
use crate::key::is_entry_name;
use crate::temp::{is_temp_name, sweep};

/// Looking takes at most one part in so many of a process's time, however large the folder is.
const REST_PER_LOOK: u32 = 20;

/// A trim leaves one part in so many of the bound free, so that a full cache is not looked through at each write.
const HEADROOM: u64 = 16;

/// What a process believes of the folder's size.
#[derive(Debug)]
pub(crate) struct Estimate {
    bytes_max: u64,
    /// The entries' bytes at the last look, and what we wrote since.
    bytes: u64,
    /// When the last look ended and how long it took.
    last_look: Option<(Instant, Duration)>,
}

/// An entry as a look finds it.
struct Found {
    /// Nanoseconds since the epoch.
    used: i128,
    bytes: u64,
    name: String,
}

impl Estimate {
    /// An estimate that knows nothing yet.
    pub(crate) fn new(bytes_max: u64) -> Self {
        Self {
            bytes_max,
            bytes: 0,
            last_look: None,
        }
    }

    /// Notes that so many bytes were written; says whether it is time to [`trim`](Self::trim).
    pub(crate) fn note_written(&mut self, bytes: u64) -> bool {
        self.bytes = self.bytes.saturating_add(bytes);
        self.bytes > self.bytes_max
            || self
                .last_look
                .is_none_or(|(ended, took)| ended.elapsed() >= took * REST_PER_LOOK)
    }

    /// Looks at the folder, removes dead writers' files, and removes entries until the rest fits. Returns how many went.
    ///
    /// `kept` is the entry that was just written and stays. Others may be doing the same: an entry that has gone already
    /// counts as gone, and one that cannot be removed is passed over.
    pub(crate) fn trim(&mut self, folder: &Folder, kept: Option<&str>) -> u64 {
        let began = Instant::now();
        let mut entries = look(folder);
        let mut bytes: u64 = entries.iter().map(|entry| entry.bytes).sum();
        let mut evicted = 0;
        if bytes > self.bytes_max {
            let target = self.bytes_max - self.bytes_max / HEADROOM;
            // The name decides between equal times, so that processes that trim together remove the same entries.
            entries.sort_unstable_by(|a, b| (a.used, &a.name).cmp(&(b.used, &b.name)));
            for entry in entries
                .iter()
                .filter(|entry| kept != Some(entry.name.as_str()))
            {
                if bytes <= target {
                    break;
                }
                if let Ok(ours) = folder.remove(&entry.name) {
                    bytes -= entry.bytes;
                    evicted += u64::from(ours);
                }
            }
        }
        self.bytes = bytes;
        self.last_look = Some((Instant::now(), began.elapsed()));
        evicted
    }
}

/// Lists the entries and, since it meets them, removes dead writers' files. A folder that cannot be read looks empty: then
/// nothing can be removed from it either.
fn look(folder: &Folder) -> Vec<Found> {
    let mut entries = Vec::new();
    for name in folder.names().unwrap_or_default() {
        if is_temp_name(&name) {
            sweep(folder, &name);
        } else if is_entry_name(&name)
            && let Ok(Some(stat)) = folder.stat(&name)
            && is_type(&stat, FileType::RegularFile)
        {
            entries.push(Found {
                used: i128::from(stat.st_mtime) * 1_000_000_000 + i128::from(stat.st_mtime_nsec),
                bytes: u64::try_from(stat.st_size).unwrap_or(0),
                name,
            });
        }
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_folder_is_looked_at_soon_and_a_large_one_seldom() {
        let mut estimate = Estimate::new(1000);
        assert!(estimate.note_written(1), "never looked at");
        estimate.last_look = Some((Instant::now(), Duration::ZERO));
        assert!(estimate.note_written(1), "a look costs nothing");
        estimate.last_look = Some((Instant::now(), Duration::from_secs(60)));
        assert!(!estimate.note_written(1), "a look takes a minute");
        assert!(estimate.note_written(1000), "too much was written");
    }
}
