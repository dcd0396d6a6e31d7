//! The cache's folder, checked once and then held open.
//!
//! Every file is reached from the descriptor that was checked, never by path again: turning a link or moving the folder
//! afterwards changes nothing for us.

use std::fs::{DirBuilder, File};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, RawMode, Stat};
use rustix::io::Errno;

use crate::error::CacheError;

/// Permission bits that let group or others write.
const WRITE_OF_OTHERS: RawMode = 0o022;

/// A folder that only our user writes.
#[derive(Debug)]
pub(crate) struct Folder {
    descriptor: OwnedFd,
    path: PathBuf,
}

impl Folder {
    /// Creates the folder where it is missing (mode 0700, its missing parents too) and refuses one that others can write.
    pub(crate) fn open(path: &Path) -> Result<Self, CacheError> {
        let io_error = |step: &'static str| {
            move |source: Errno| CacheError::Io {
                step,
                path: path.to_owned(),
                source: source.into(),
            }
        };
        // Its failure is not the answer: what is there already is judged below, and what is not cannot be opened.
        let created = DirBuilder::new().recursive(true).mode(0o700).create(path);

        let user = rustix::process::geteuid().as_raw();
        let link = match rustix::fs::statat(CWD, path, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => stat,
            Err(errno) => {
                return Err(CacheError::Io {
                    step: "create",
                    path: path.to_owned(),
                    source: created.err().unwrap_or_else(|| errno.into()),
                });
            }
        };
        if is_type(&link, FileType::Symlink) && link.st_uid != user {
            return Err(CacheError::ForeignLink {
                path: path.to_owned(),
                owner: link.st_uid,
            });
        }
        // Whoever can exchange the path between these two calls gains nothing: the folder we get is judged by itself.
        let descriptor = rustix::fs::open(
            path,
            OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::RDONLY,
            Mode::empty(),
        )
        .map_err(|errno| match errno {
            Errno::NOTDIR => CacheError::NotAFolder {
                path: path.to_owned(),
            },
            other => io_error("open")(other),
        })?;
        let stat = rustix::fs::fstat(&descriptor).map_err(io_error("look at"))?;
        if stat.st_uid != user {
            return Err(CacheError::ForeignFolder {
                path: path.to_owned(),
                owner: stat.st_uid,
            });
        }
        if stat.st_mode & WRITE_OF_OTHERS != 0 {
            return Err(CacheError::FolderOpenToOthers {
                path: path.to_owned(),
                mode: stat.st_mode & 0o7777,
            });
        }
        Ok(Self {
            descriptor,
            path: path.to_owned(),
        })
    }

    /// The path of a file in it, for messages only.
    pub(crate) fn path_of(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Opens a file for reading. Follows no link, and does not wait for the other end of a pipe.
    pub(crate) fn open_file(&self, name: &str) -> io::Result<File> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let descriptor = rustix::fs::openat(&self.descriptor, name, flags, Mode::empty())?;
        Ok(File::from(descriptor))
    }

    /// Creates a file that is not there yet, for our user alone.
    pub(crate) fn create_file(&self, name: &str) -> io::Result<File> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let mode = Mode::RUSR | Mode::WUSR;
        let descriptor = rustix::fs::openat(&self.descriptor, name, flags, mode)?;
        Ok(File::from(descriptor))
    }

    /// Gives a file another name, in place of whatever had it.
    pub(crate) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        Ok(rustix::fs::renameat(
            &self.descriptor,
            from,
            &self.descriptor,
            to,
        )?)
    }

    /// Gives a file a second name; fails with `AlreadyExists` where the name is taken.
    pub(crate) fn link(&self, from: &str, to: &str) -> io::Result<()> {
        Ok(rustix::fs::linkat(
            &self.descriptor,
            from,
            &self.descriptor,
            to,
            AtFlags::empty(),
        )?)
    }

    /// Removes a file, or an empty folder of that name. Says whether it was there.
    pub(crate) fn remove(&self, name: &str) -> io::Result<bool> {
        match rustix::fs::unlinkat(&self.descriptor, name, AtFlags::empty()) {
            Ok(()) => Ok(true),
            Err(Errno::NOENT) => Ok(false),
            // Linux says ISDIR where POSIX has PERM.
            Err(Errno::ISDIR | Errno::PERM) => {
                rustix::fs::unlinkat(&self.descriptor, name, AtFlags::REMOVEDIR)?;
                Ok(true)
            }
            Err(errno) => Err(errno.into()),
        }
    }

    /// Makes the folder's names outlast a loss of power.
    pub(crate) fn sync(&self) -> io::Result<()> {
        Ok(rustix::fs::fsync(&self.descriptor)?)
    }

    /// Looks at a file without following it; `None` where it has gone.
    pub(crate) fn stat(&self, name: &str) -> io::Result<Option<Stat>> {
        match rustix::fs::statat(&self.descriptor, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(stat)),
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(errno.into()),
        }
    }

    /// The names in it, without those that are no text (we write none of them).
    pub(crate) fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for item in Dir::read_from(&self.descriptor)? {
            if let Ok(name) = item?.file_name().to_str() {
                names.push(name.to_owned());
            }
        }
        Ok(names)
    }
}

/// Says whether a file is of a type.
pub(crate) fn is_type(stat: &Stat, file_type: FileType) -> bool {
    FileType::from_raw_mode(stat.st_mode) == file_type
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};

    use super::*;

    fn is_root() -> bool {
        rustix::process::geteuid().is_root()
    }

    #[test]
    fn creates_a_folder_for_our_user_alone() {
        let above = tempfile::tempdir().unwrap();
        let path = above.path().join("a/b");
        Folder::open(&path).unwrap();
        for created in [&path, &above.path().join("a")] {
            assert_eq!(fs::metadata(created).unwrap().mode() & 0o7777, 0o700);
        }
    }

    #[test]
    fn refuses_a_folder_that_others_can_write() {
        let above = tempfile::tempdir().unwrap();
        for (mode, allowed) in [
            (0o700, true),
            (0o755, true),
            (0o720, false),
            (0o702, false),
            (0o1777, false),
        ] {
            let path = above.path().join(format!("{mode:o}"));
            fs::create_dir(&path).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            match Folder::open(&path) {
                Ok(_) => assert!(allowed, "mode {mode:o} was taken"),
                Err(CacheError::FolderOpenToOthers { mode: found, .. }) => {
                    assert!(!allowed);
                    assert_eq!(found, mode);
                }
                Err(other) => panic!("mode {mode:o}: {other}"),
            }
        }
    }

    #[test]
    fn refuses_a_folder_of_another_user() {
        let above = tempfile::tempdir().unwrap();
        // Root gives a folder away; everybody else takes one of root's.
        let path = if is_root() {
            chown(above.path(), Some(65534), None).unwrap();
            above.path()
        } else {
            Path::new("/usr")
        };
        let owner = fs::metadata(path).unwrap().uid();
        assert!(matches!(
            Folder::open(path),
            Err(CacheError::ForeignFolder { owner: found, .. }) if found == owner
        ));
    }

    #[test]
    fn follows_a_link_of_our_own_and_refuses_one_of_another_user() {
        let above = tempfile::tempdir().unwrap();
        let folder = above.path().join("folder");
        let link = above.path().join("link");
        fs::create_dir(&folder).unwrap();
        symlink(&folder, &link).unwrap();
        Folder::open(&link).unwrap();
        if !is_root() {
            eprintln!("not shown: a link of another user can only be made by root");
            return;
        }
        std::os::unix::fs::lchown(&link, Some(65534), None).unwrap();
        assert!(matches!(
            Folder::open(&link),
            Err(CacheError::ForeignLink { owner: 65534, .. })
        ));
    }

    #[test]
    fn refuses_what_is_no_folder_and_what_cannot_be_created() {
        let above = tempfile::tempdir().unwrap();
        let file = above.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(matches!(
            Folder::open(&file),
            Err(CacheError::NotAFolder { .. })
        ));
        assert!(matches!(
            Folder::open(&file.join("below")),
            Err(CacheError::Io { step: "create", .. })
        ));
        let dangling = above.path().join("dangling");
        symlink(above.path().join("nowhere"), &dangling).unwrap();
        assert!(matches!(
            Folder::open(&dangling),
            Err(CacheError::Io { step: "open", .. })
        ));
    }

    #[test]
    fn follows_no_link_to_a_file() {
        let above = tempfile::tempdir().unwrap();
        let folder = Folder::open(&above.path().join("folder")).unwrap();
        fs::write(above.path().join("secret"), "x").unwrap();
        symlink("../secret", folder.path_of("entry")).unwrap();
        assert!(folder.open_file("entry").is_err());
        assert!(folder.remove("entry").unwrap());
        assert!(above.path().join("secret").exists());
    }
}
