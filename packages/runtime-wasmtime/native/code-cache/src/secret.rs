//! The key that entries are authenticated with.

use std::fs::File;
use std::io::{self, Read, Write};

use hmac::{Hmac, KeyInit};
use rustix::fs::FileType;
use sha2::Sha256;

use crate::error::CacheError;
use crate::folder::{Folder, is_type};
use crate::temp::TempFile;

/// The key's file: 32 random bytes and nothing else.
const NAME: &str = "key";
const BYTES: usize = 32;

/// A keyed HMAC to start from.
#[derive(Clone)]
pub(crate) struct Secret(Hmac<Sha256>);

impl Secret {
    /// Reads the folder's key, or makes one. Processes that start together agree: the first complete file wins.
    pub(crate) fn open(folder: &Folder) -> Result<Self, CacheError> {
        let io_error = |step: &'static str| {
            move |source: io::Error| CacheError::Io {
                step,
                path: folder.path_of(NAME),
                source,
            }
        };
        // Looked at before it is opened, since a link or a key without permissions cannot be opened.
        if folder.stat(NAME).map_err(io_error("look at"))?.is_none() {
            create(folder).map_err(io_error("create"))?;
        }
        check(folder)?;
        read(folder.open_file(NAME).map_err(io_error("open"))?)
            .map_err(io_error("read"))?
            .map_err(|problem| CacheError::KeyDamaged {
                path: folder.path_of(NAME),
                problem,
            })
    }

    /// A computation that has seen nothing yet.
    pub(crate) fn begin(&self) -> Hmac<Sha256> {
        self.0.clone()
    }
}

/// Writes a key beside its place and links it there, which fails when another process was first.
fn create(folder: &Folder) -> io::Result<()> {
    let mut key = [0; BYTES];
    getrandom::fill(&mut key).map_err(io::Error::other)?;
    let mut temp = TempFile::create(folder)?;
    temp.file().write_all(&key)?;
    // Unlike an entry, a key that a loss of power leaves empty would need somebody's hand.
    temp.file().sync_all()?;
    temp.claim(NAME)?;
    folder.sync()
}

/// Refuses a key that others may have read, or have written.
fn check(folder: &Folder) -> Result<(), CacheError> {
    let path = || folder.path_of(NAME);
    let stat = folder
        .stat(NAME)
        .and_then(|stat| stat.ok_or_else(|| io::ErrorKind::NotFound.into()))
        .map_err(|source| CacheError::Io {
            step: "look at",
            path: path(),
            source,
        })?;
    if !is_type(&stat, FileType::RegularFile) {
        return Err(CacheError::KeyDamaged {
            path: path(),
            problem: "it is not a plain file",
        });
    }
    if stat.st_uid != rustix::process::geteuid().as_raw() || stat.st_mode & 0o077 != 0 {
        return Err(CacheError::KeyOpenToOthers {
            path: path(),
            mode: stat.st_mode & 0o7777,
            owner: stat.st_uid,
        });
    }
    Ok(())
}

/// Reads a key; the inner error says what is wrong with what was read.
fn read(file: File) -> io::Result<Result<Secret, &'static str>> {
    let mut key = Vec::with_capacity(BYTES + 1);
    file.take(BYTES as u64 + 1).read_to_end(&mut key)?;
    if key.len() != BYTES {
        return Ok(Err("it has not 32 bytes"));
    }
    // What some file systems leave of a file after a loss of power.
    if key.iter().all(|byte| *byte == 0) {
        return Ok(Err("it is all zeros"));
    }
    Ok(Hmac::new_from_slice(&key)
        .map(Secret)
        .map_err(|_| "it is no HMAC key"))
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
    use std::sync::Barrier;
    use std::thread;

    use hmac::Mac;

    use super::*;

    fn fingerprint(secret: &Secret) -> Vec<u8> {
        secret.begin().finalize().into_bytes().to_vec()
    }

    #[test]
    fn is_made_once_for_our_user_alone() {
        let above = tempfile::tempdir().unwrap();
        let folder = Folder::open(&above.path().join("folder")).unwrap();
        let first = Secret::open(&folder).unwrap();
        let metadata = fs::metadata(folder.path_of(NAME)).unwrap();
        assert_eq!(metadata.mode() & 0o7777, 0o600);
        assert_eq!(metadata.len(), 32);
        assert_eq!(
            fingerprint(&first),
            fingerprint(&Secret::open(&folder).unwrap())
        );
        assert_eq!(
            folder
                .names()
                .unwrap()
                .iter()
                .filter(|name| name.ends_with(".tmp"))
                .count(),
            0
        );
    }

    #[test]
    fn those_who_start_together_agree() {
        for _ in 0..20 {
            let above = tempfile::tempdir().unwrap();
            let path = above.path().join("folder");
            let start = Barrier::new(4);
            let keys: Vec<_> = thread::scope(|scope| {
                let threads: Vec<_> = (0..4)
                    .map(|_| {
                        scope.spawn(|| {
                            start.wait();
                            let folder = Folder::open(&path).unwrap();
                            fingerprint(&Secret::open(&folder).unwrap())
                        })
                    })
                    .collect();
                threads.into_iter().map(|one| one.join().unwrap()).collect()
            });
            assert!(keys.iter().all(|key| *key == keys[0]));
        }
    }

    #[test]
    fn a_damaged_key_says_what_to_do() {
        let above = tempfile::tempdir().unwrap();
        let folder = Folder::open(&above.path().join("folder")).unwrap();
        let path = folder.path_of(NAME);
        for content in [&[][..], &[7; 31], &[7; 33], &[0; 32]] {
            fs::write(&path, content).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
            let error = Secret::open(&folder).err().unwrap();
            assert!(matches!(error, CacheError::KeyDamaged { .. }), "{error}");
            let text = error.to_string();
            assert!(text.contains(path.to_str().unwrap()) && text.contains("remove the key"));
        }
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(matches!(
            Secret::open(&folder),
            Err(CacheError::KeyDamaged { .. })
        ));
        fs::remove_dir(&path).unwrap();
        fs::write(above.path().join("elsewhere"), [7; 32]).unwrap();
        symlink("../elsewhere", &path).unwrap();
        assert!(matches!(
            Secret::open(&folder),
            Err(CacheError::KeyDamaged { .. })
        ));
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let above = tempfile::tempdir().unwrap();
        let folder = Folder::open(&above.path().join("folder")).unwrap();
        Secret::open(&folder).unwrap();
        for mode in [0o640, 0o604, 0o620] {
            fs::set_permissions(folder.path_of(NAME), Permissions::from_mode(mode)).unwrap();
            assert!(matches!(
                Secret::open(&folder),
                Err(CacheError::KeyOpenToOthers { mode: found, .. }) if found == mode
            ));
        }
    }

    #[test]
    fn a_key_of_another_user_is_refused() {
        if !rustix::process::geteuid().is_root() {
            eprintln!("not shown: only root can give a file away");
            return;
        }
        let above = tempfile::tempdir().unwrap();
        let folder = Folder::open(&above.path().join("folder")).unwrap();
        Secret::open(&folder).unwrap();
        std::os::unix::fs::chown(folder.path_of(NAME), Some(65534), None).unwrap();
        assert!(matches!(
            Secret::open(&folder),
            Err(CacheError::KeyOpenToOthers { owner: 65534, .. })
        ));
    }
}
