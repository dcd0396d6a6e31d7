//! The cache itself.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use crate::entry;
use crate::error::{CacheError, MissReason, StoreFault};
use crate::folder::Folder;
use crate::key::CodeKey;
use crate::secret::Secret;
use crate::temp::TempFile;
use crate::trim::Estimate;

/// An entry's time of use is written at most so often.
const TOUCH_EVERY: Duration = Duration::from_secs(60);

/// What [`CodeCache::load`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// The code, exactly as it was stored.
    Hit(Vec<u8>),
    /// No code: the entry is not there (`None`), or it was there and could not be used.
    Miss(Option<MissReason>),
}

/// What a cache did since it was opened, in this process.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheStats {
    /// Loads that gave code.
    pub hits: u64,
    /// Loads that gave none, for whatever reason.
    pub misses: u64,
    /// Those of the misses that met an entry which could not be used, and removed it.
    pub damaged: u64,
    /// Entries written.
    pub stored: u64,
    /// Entries removed to make room.
    pub evicted: u64,
}

#[derive(Debug, Default)]
struct Counters {
    hits: AtomicU64,
    misses: AtomicU64,
    damaged: AtomicU64,
    stored: AtomicU64,
    evicted: AtomicU64,
}

/// Compiled code in a folder. Any number of threads and processes may use the same folder at once.
pub struct CodeCache {
    folder: Folder,
    secret: Secret,
    bytes_max: u64,
    estimate: Mutex<Estimate>,
    counters: Counters,
}

impl CodeCache {
    /// Opens a folder as a cache of at most `bytes_max` bytes, and creates it where it is missing.
    ///
    /// Removes what killed writers left, and entries beyond the bound. The bound counts whole entries; what is being
    /// written comes on top, and so does what other processes write until this one looks again.
    ///
    /// # Errors
    ///
    /// Fails when others can write the folder or read its key, when the key is damaged, or when the system refuses.
    /// Each [`CacheError`] says what to do.
    pub fn open(folder: &Path, bytes_max: u64) -> Result<Self, CacheError> {
        let folder = Folder::open(folder)?;
        let secret = Secret::open(&folder)?;
        let mut estimate = Estimate::new(bytes_max);
        let evicted = estimate.trim(&folder, None);
        Ok(Self {
            folder,
            secret,
            bytes_max,
            estimate: Mutex::new(estimate),
            counters: Counters {
                evicted: AtomicU64::new(evicted),
                ..Counters::default()
            },
        })
    }

    /// Looks for code. What it gives was stored under this key by a process of our user, and is unchanged since.
    ///
    /// An entry that cannot be used is removed, unless the reason is [`MissReason::OutOfResources`].
    #[must_use]
    pub fn load(&self, key: &CodeKey) -> Lookup {
        match self.read(key) {
            Ok(Some(code)) => {
                count(&self.counters.hits, 1);
                Lookup::Hit(code)
            }
            Ok(None) => {
                count(&self.counters.misses, 1);
                Lookup::Miss(None)
            }
            Err(reason) => {
                count(&self.counters.misses, 1);
                if reason != MissReason::OutOfResources {
                    count(&self.counters.damaged, 1);
                    // A right entry that another process put in its place just now may go with it, which costs one
                    // compilation. Where nothing can be removed the entry is refused again next time.
                    let _ = self.folder.remove(&key.file_name());
                }
                Lookup::Miss(Some(reason))
            }
        }
    }

    /// Keeps code under a key, in place of what may be there.
    ///
    /// # Errors
    ///
    /// Fails when the entry is larger than the whole cache or the system refuses, and leaves nothing half-written.
    /// None of it keeps the caller from using its code.
    pub fn store(&self, key: &CodeKey, code: &[u8]) -> Result<(), StoreFault> {
        let bytes = entry::file_bytes(code);
        if bytes > self.bytes_max {
            return Err(StoreFault::TooLarge {
                bytes,
                bytes_max: self.bytes_max,
            });
        }
        let name = key.file_name();
        let mut temp = TempFile::create(&self.folder)
            .map_err(|error| StoreFault::from_io("create a file in the code cache", error))?;
        // Not synchronised to disk: what a loss of power leaves of it fails its HMAC.
        entry::write(temp.file(), key, code, &self.secret)
            .map_err(|error| StoreFault::from_io("write to the code cache", error))?;
        temp.rename(&name)
            .map_err(|error| StoreFault::from_io("rename a file in the code cache", error))?;
        count(&self.counters.stored, 1);

        let mut estimate = self.estimate.lock().unwrap_or_else(PoisonError::into_inner);
        if estimate.note_written(bytes) {
            let evicted = estimate.trim(&self.folder, Some(&name));
            count(&self.counters.evicted, evicted);
        }
        Ok(())
    }

    /// What this cache did since it was opened.
    #[must_use]
    pub fn stats(&self) -> CacheStats {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        CacheStats {
            hits: read(&self.counters.hits),
            misses: read(&self.counters.misses),
            damaged: read(&self.counters.damaged),
            stored: read(&self.counters.stored),
            evicted: read(&self.counters.evicted),
        }
    }

    fn read(&self, key: &CodeKey) -> Result<Option<Vec<u8>>, MissReason> {
        let mut file = match self.folder.open_file(&key.file_name()) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(entry::unreadable(&error)),
        };
        let code = entry::read(&mut file, key, &self.secret)?;
        let now = SystemTime::now();
        let is_recent = file
            .metadata()
            .and_then(|metadata| metadata.modified())
            // A time that lies ahead by more than this comes of a changed clock, and would keep the entry for ever.
            .is_ok_and(|used| {
                let distance = now
                    .duration_since(used)
                    .unwrap_or_else(|ahead| ahead.duration());
                distance < TOUCH_EVERY
            });
        if !is_recent {
            // Where it cannot be written, as on a read-only file system, nothing is evicted either.
            let _ = file.set_modified(now);
        }
        Ok(Some(code))
    }
}

impl std::fmt::Debug for CodeCache {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("CodeCache")
            .field("folder", &self.folder)
            .field("bytes_max", &self.bytes_max)
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}

fn count(counter: &AtomicU64, by: u64) {
    counter.fetch_add(by, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::os::unix::fs::symlink;
    use std::path::PathBuf;

    use tempfile::TempDir;

    use super::*;

    const MIB: u64 = 1 << 20;

    fn open(bytes_max: u64) -> (TempDir, CodeCache) {
        let above = tempfile::tempdir().unwrap();
        let cache = CodeCache::open(&above.path().join("folder"), bytes_max).unwrap();
        (above, cache)
    }

    fn key(number: u32) -> CodeKey {
        CodeKey::new(&[b"test", &number.to_le_bytes()])
    }

    fn path(cache: &CodeCache, key: &CodeKey) -> PathBuf {
        cache.folder.path_of(&key.file_name())
    }

    fn age(cache: &CodeCache, key: &CodeKey, seconds: u64) {
        let file = File::open(path(cache, key)).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(seconds))
            .unwrap();
    }

    fn temps(cache: &CodeCache) -> usize {
        let names = cache.folder.names().unwrap();
        names.iter().filter(|name| name.ends_with(".tmp")).count()
    }

    /// Loads what must be a miss for a reason, and sees that the file went.
    fn reason_of(cache: &CodeCache, key: &CodeKey) -> MissReason {
        let Lookup::Miss(Some(reason)) = cache.load(key) else {
            panic!("not a miss with a reason");
        };
        assert_eq!(cache.load(key), Lookup::Miss(None), "{reason}");
        reason
    }

    #[test]
    fn gives_back_what_was_stored() {
        let (above, cache) = open(MIB);
        assert_eq!(cache.load(&key(1)), Lookup::Miss(None));
        for code in [&b""[..], b"x", &[0xa5; 70_000]] {
            cache.store(&key(1), code).unwrap();
            assert_eq!(cache.load(&key(1)), Lookup::Hit(code.to_vec()));
        }
        assert_eq!(cache.load(&key(2)), Lookup::Miss(None));
        let again = CodeCache::open(&above.path().join("folder"), MIB).unwrap();
        assert_eq!(again.load(&key(1)), Lookup::Hit(vec![0xa5; 70_000]));
        let stats = cache.stats();
        assert_eq!((stats.hits, stats.misses, stats.stored), (3, 2, 3));
        assert_eq!((stats.damaged, stats.evicted), (0, 0));
        assert_eq!(temps(&cache), 0);
    }

    #[test]
    fn finds_each_flipped_bit_wherever_it_is() {
        let (_above, cache) = open(MIB);
        cache.store(&key(1), b"the code of the guest").unwrap();
        let right = fs::read(path(&cache, &key(1))).unwrap();
        for at in 0..right.len() {
            for bit in 0..8 {
                let mut wrong = right.clone();
                wrong[at] ^= 1 << bit;
                fs::write(path(&cache, &key(1)), &wrong).unwrap();
                let reason = reason_of(&cache, &key(1));
                let expected = match at {
                    0..8 => reason == MissReason::Foreign,
                    8..12 => matches!(reason, MissReason::FormatVersion(version) if version != 1),
                    12..24 => reason == MissReason::Length,
                    _ => reason == MissReason::Authentication,
                };
                assert!(expected, "byte {at}, bit {bit}: {reason}");
            }
        }
        assert_eq!(cache.stats().damaged, right.len() as u64 * 8);
        fs::write(path(&cache, &key(1)), &right).unwrap();
        assert!(matches!(cache.load(&key(1)), Lookup::Hit(_)));
    }

    #[test]
    fn finds_each_wrong_length() {
        let (_above, cache) = open(MIB);
        cache.store(&key(1), b"the code of the guest").unwrap();
        let right = fs::read(path(&cache, &key(1))).unwrap();
        for length in 0..right.len() {
            fs::write(path(&cache, &key(1)), &right[..length]).unwrap();
            let expected = if length < 56 {
                MissReason::Short
            } else {
                MissReason::Length
            };
            assert_eq!(reason_of(&cache, &key(1)), expected, "cut at {length}");
        }
        let mut longer = right.clone();
        longer.push(0);
        fs::write(path(&cache, &key(1)), &longer).unwrap();
        assert_eq!(reason_of(&cache, &key(1)), MissReason::Length);
    }

    #[test]
    fn an_entry_counts_only_under_its_own_name_and_key() {
        let (_above, cache) = open(MIB);
        cache.store(&key(1), b"one").unwrap();
        fs::rename(path(&cache, &key(1)), path(&cache, &key(2))).unwrap();
        assert_eq!(reason_of(&cache, &key(2)), MissReason::Authentication);

        let (_elsewhere, other) = open(MIB);
        other.store(&key(1), b"planted").unwrap();
        fs::copy(path(&other, &key(1)), path(&cache, &key(1))).unwrap();
        assert_eq!(reason_of(&cache, &key(1)), MissReason::Authentication);
    }

    #[test]
    fn what_is_no_plain_file_is_a_miss_and_goes() {
        let (above, cache) = open(MIB);
        let place = path(&cache, &key(1));
        fs::create_dir(&place).unwrap();
        assert_eq!(reason_of(&cache, &key(1)), MissReason::NotAFile);

        let elsewhere = above.path().join("elsewhere");
        cache.store(&key(1), b"one").unwrap();
        fs::rename(&place, &elsewhere).unwrap();
        symlink(&elsewhere, &place).unwrap();
        assert_eq!(reason_of(&cache, &key(1)), MissReason::NotAFile);
        assert!(elsewhere.exists());

        let pipe = rustix::fs::mknodat(
            rustix::fs::CWD,
            &place,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::from_raw_mode(0o600),
            0,
        );
        pipe.unwrap();
        assert_eq!(reason_of(&cache, &key(1)), MissReason::NotAFile);
        // None of it stands in the way of the right entry.
        cache.store(&key(1), b"one").unwrap();
        assert_eq!(cache.load(&key(1)), Lookup::Hit(b"one".to_vec()));
    }

    #[test]
    fn the_least_recently_used_go_first() {
        // Four entries of 1000 bytes fit, with their headers; five do not.
        let (_above, cache) = open(4600);
        for number in 1..=4 {
            cache.store(&key(number), &[1; 1000]).unwrap();
            age(&cache, &key(number), 1000 - u64::from(number));
        }
        // Used again, so the second is now the oldest.
        assert!(matches!(cache.load(&key(1)), Lookup::Hit(_)));
        cache.store(&key(5), &[1; 1000]).unwrap();
        let present: Vec<u32> = (1..=5)
            .filter(|number| path(&cache, &key(*number)).exists())
            .collect();
        // Headroom of a sixteenth is made as well, for which one entry is enough.
        assert_eq!(present, [1, 3, 4, 5]);
        assert_eq!(cache.stats().evicted, 1);
    }

    #[test]
    fn what_was_just_stored_stays_even_if_clocks_differ() {
        let (_above, cache) = open(2500);
        for number in 1..=2 {
            cache.store(&key(number), &[1; 1000]).unwrap();
            let ahead = SystemTime::now() + Duration::from_secs(86_400);
            let file = File::open(path(&cache, &key(number))).unwrap();
            file.set_modified(ahead).unwrap();
        }
        cache.store(&key(3), &[1; 1000]).unwrap();
        assert!(matches!(cache.load(&key(3)), Lookup::Hit(_)));
        // A load brings a time that lies ahead back to now.
        assert!(matches!(cache.load(&key(2)), Lookup::Hit(_)));
        let metadata = fs::metadata(path(&cache, &key(2))).unwrap();
        assert!(metadata.modified().unwrap() <= SystemTime::now());
    }

    #[test]
    fn a_load_writes_the_time_of_use_at_most_once_a_minute() {
        let (_above, cache) = open(MIB);
        cache.store(&key(1), b"one").unwrap();
        let used = |cache: &CodeCache| {
            let metadata = fs::metadata(path(cache, &key(1))).unwrap();
            metadata.modified().unwrap().elapsed().unwrap()
        };
        age(&cache, &key(1), 50);
        let _ = cache.load(&key(1));
        assert!(used(&cache) >= Duration::from_secs(50));
        age(&cache, &key(1), 70);
        let _ = cache.load(&key(1));
        assert!(used(&cache) < Duration::from_secs(50));
    }

    #[test]
    fn an_entry_larger_than_the_bound_is_not_written_and_evicts_nothing() {
        let (_above, cache) = open(1056);
        cache.store(&key(1), &[1; 100]).unwrap();
        assert!(matches!(
            cache.store(&key(2), &[1; 1001]),
            Err(StoreFault::TooLarge {
                bytes: 1057,
                bytes_max: 1056
            })
        ));
        assert!(matches!(cache.load(&key(1)), Lookup::Hit(_)));
        // One that fills the bound is kept, alone.
        cache.store(&key(2), &[1; 1000]).unwrap();
        assert!(matches!(cache.load(&key(2)), Lookup::Hit(_)));
        assert_eq!(cache.load(&key(1)), Lookup::Miss(None));
    }

    #[test]
    fn a_smaller_bound_takes_effect_when_the_folder_is_opened() {
        let (above, cache) = open(MIB);
        for number in 0..10 {
            cache.store(&key(number), &[1; 1000]).unwrap();
            age(&cache, &key(number), 1000 - u64::from(number));
        }
        let smaller = CodeCache::open(&above.path().join("folder"), 3200).unwrap();
        assert_eq!(smaller.stats().evicted, 8);
        assert!(matches!(smaller.load(&key(9)), Lookup::Hit(_)));
    }

    #[test]
    fn leaves_files_that_are_not_its_own_alone() {
        let (above, cache) = open(2000);
        let notes = above.path().join("folder/notes.txt");
        fs::write(&notes, [0; 5000]).unwrap();
        for number in 0..10 {
            cache.store(&key(number), &[1; 1000]).unwrap();
        }
        assert!(notes.exists());
        assert!(matches!(cache.load(&key(9)), Lookup::Hit(_)));
    }

    #[test]
    fn a_folder_that_went_is_a_reason_and_not_a_failure() {
        let (above, cache) = open(MIB);
        cache.store(&key(1), b"one").unwrap();
        fs::remove_dir_all(above.path().join("folder")).unwrap();
        assert_eq!(cache.load(&key(1)), Lookup::Miss(None));
        assert!(matches!(
            cache.store(&key(1), b"one"),
            Err(StoreFault::Failed { .. })
        ));
    }

    #[test]
    fn threads_share_one_cache() {
        fn is_shared<T: Send + Sync>() {}
        is_shared::<CodeCache>();
        let (_above, cache) = open(20_000);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for round in 0..200 {
                        let number = round % 30;
                        let code = vec![number as u8; 1000];
                        match cache.load(&key(number)) {
                            Lookup::Hit(found) => assert_eq!(found, code),
                            Lookup::Miss(None) => cache.store(&key(number), &code).unwrap(),
                            Lookup::Miss(Some(reason)) => panic!("{reason}"),
                        }
                    }
                });
            }
        });
        assert!(cache.stats().evicted > 0);
        assert_eq!(temps(&cache), 0);
    }
}
