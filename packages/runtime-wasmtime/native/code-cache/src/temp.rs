//! Files in the making.
//!
//! Whoever writes one holds its lock (`flock`), which the kernel lets go when the process ends, however it ends. So a
//! temporary file whose lock is free belongs to nobody and may go at once; where locks do not work, age decides.

use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::time::{Duration, SystemTime};

use crate::folder::Folder;
use crate::key::is_lower_hex;

const PREFIX: &str = "new-";
const SUFFIX: &str = ".tmp";

/// From this age on a temporary file goes, even where its lock is held: nobody writes for an hour.
pub(crate) const ABANDONED_AFTER: Duration = Duration::from_secs(60 * 60);

/// How often creation is tried. Each further try means that a sweep met the file before its lock was taken.
const TRIES: usize = 16;

/// A temporary file that goes when it is dropped, unless it was made an entry.
#[derive(Debug)]
pub(crate) struct TempFile<'folder> {
    folder: &'folder Folder,
    name: String,
    file: File,
    renamed: bool,
}

impl<'folder> TempFile<'folder> {
    /// Creates an empty file that only our user can read, and takes its lock.
    pub(crate) fn create(folder: &'folder Folder) -> io::Result<Self> {
        for _ in 0..TRIES {
            let mut random = [0; 8];
            getrandom::fill(&mut random).map_err(io::Error::other)?;
            let name = format!("{PREFIX}{:016x}{SUFFIX}", u64::from_le_bytes(random));
            let file = match folder.create_file(&name) {
                Ok(file) => file,
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(error),
            };
            // From here on dropping it removes it.
            let temp = Self {
                folder,
                name,
                file,
                renamed: false,
            };
            // A sweep between creation and lock takes the file for a dead writer's: it has the lock, or has removed it.
            // Without support for locks we go on; the sweep has none either and waits for the file's age.
            match temp.file.try_lock() {
                Err(TryLockError::WouldBlock) => continue,
                Ok(()) | Err(TryLockError::Error(_)) => {}
            }
            if temp.file.metadata()?.nlink() > 0 {
                return Ok(temp);
            }
        }
        Err(io::Error::other("temporary files are removed by others"))
    }

    /// The file, for writing.
    pub(crate) fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Gives the file its final name, in place of whatever had it.
    pub(crate) fn rename(mut self, name: &str) -> io::Result<()> {
        self.folder.rename(&self.name, name)?;
        self.renamed = true;
        Ok(())
    }

    /// Gives the file its final name if nobody has that name yet; says whether it did.
    pub(crate) fn claim(self, name: &str) -> io::Result<bool> {
        match self.folder.link(&self.name, name) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl Drop for TempFile<'_> {
    fn drop(&mut self) {
        if !self.renamed {
            // A failure leaves a file without a lock, which the next sweep tries again.
            let _ = self.folder.remove(&self.name);
        }
    }
}

/// Says whether a file's name is a temporary file's.
pub(crate) fn is_temp_name(name: &str) -> bool {
    name.strip_prefix(PREFIX)
        .and_then(|rest| rest.strip_suffix(SUFFIX))
        .is_some_and(|hex| hex.len() == 16 && is_lower_hex(hex))
}

/// Removes a temporary file that nobody writes any more. Never an error: what stays is tried at the next sweep.
pub(crate) fn sweep(folder: &Folder, name: &str) {
    let Ok(file) = folder.open_file(name) else {
        return;
    };
    if file.try_lock().is_ok() || is_old(&file) {
        let _ = folder.remove(name);
    }
    // Held until here: a writer that has created the file and not locked it yet must find it locked, or gone. Names are
    // random and not used twice, so what was renamed in between is not met by this name.
    drop(file);
}

fn is_old(file: &File) -> bool {
    let written = file.metadata().and_then(|metadata| metadata.modified());
    written.is_ok_and(|time| {
        SystemTime::now()
            .duration_since(time)
            .is_ok_and(|age| age >= ABANDONED_AFTER)
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn a_file_in_the_making_outlives_a_sweep_and_a_dead_writers_does_not() {
        let above = tempfile::tempdir().unwrap();
        let folder = Folder::open(&above.path().join("folder")).unwrap();
        let mut temp = TempFile::create(&folder).unwrap();
        temp.file().write_all(b"half").unwrap();
        let alive = temp.name.clone();
        // What a killed writer leaves: a file that nobody has locked.
        let dead = "new-0123456789abcdef.tmp";
        fs::write(folder.path_of(dead), "half").unwrap();
        for name in folder.names().unwrap() {
            if is_temp_name(&name) {
                sweep(&folder, &name);
            }
        }
        assert!(folder.path_of(&alive).exists());
        assert!(!folder.path_of(dead).exists());
        drop(temp);
        assert!(!folder.path_of(&alive).exists());
    }

    #[test]
    fn an_hour_ends_a_temporary_file_even_when_its_lock_is_held() {
        let above = tempfile::tempdir().unwrap();
        let folder = Folder::open(&above.path().join("folder")).unwrap();
        let mut temp = TempFile::create(&folder).unwrap();
        let name = temp.name.clone();
        let young = SystemTime::now() - ABANDONED_AFTER + Duration::from_secs(60);
        temp.file().set_modified(young).unwrap();
        sweep(&folder, &name);
        assert!(folder.path_of(&name).exists());
        let old = SystemTime::now() - ABANDONED_AFTER - Duration::from_secs(1);
        temp.file().set_modified(old).unwrap();
        sweep(&folder, &name);
        assert!(!folder.path_of(&name).exists());
        // Its writer is told.
        assert!(temp.rename("entry").is_err());
    }

    #[test]
    fn only_the_first_claim_of_a_name_counts() {
        let above = tempfile::tempdir().unwrap();
        let folder = Folder::open(&above.path().join("folder")).unwrap();
        for (content, first) in [("one", true), ("two", false)] {
            let mut temp = TempFile::create(&folder).unwrap();
            temp.file().write_all(content.as_bytes()).unwrap();
            assert_eq!(temp.claim("name").unwrap(), first);
        }
        assert_eq!(fs::read(folder.path_of("name")).unwrap(), b"one");
        assert_eq!(
            fs::read_dir(above.path().join("folder")).unwrap().count(),
            1
        );
    }

    #[test]
    fn sweeping_takes_no_file_from_a_living_writer() {
        let above = tempfile::tempdir().unwrap();
        let folder = Folder::open(&above.path().join("folder")).unwrap();
        let writing = AtomicUsize::new(2);
        thread::scope(|scope| {
            // More threads than most machines have to spare, so that they interrupt each other anywhere.
            for _ in 0..3 {
                scope.spawn(|| {
                    while writing.load(Ordering::Relaxed) > 0 {
                        for name in folder.names().unwrap() {
                            if is_temp_name(&name) {
                                sweep(&folder, &name);
                            }
                        }
                    }
                });
            }
            let write = || {
                let lost = (0..3_000)
                    .filter(|_| TempFile::create(&folder).unwrap().rename("entry").is_err())
                    .count();
                writing.fetch_sub(1, Ordering::Relaxed);
                lost
            };
            let writers = [scope.spawn(write), scope.spawn(write)];
            for writer in writers {
                assert_eq!(writer.join().unwrap(), 0);
            }
        });
    }
}
