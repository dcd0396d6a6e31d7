//! What may go wrong, and what the reader can do about it.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

use rustix::io::Errno;

/// Why a folder cannot be used as a cache. Each message ends with what to do.
#[derive(Debug)]
#[non_exhaustive]
pub enum CacheError {
    /// The path exists and is something else than a folder.
    NotAFolder {
        /// The path as it was given.
        path: PathBuf,
    },
    /// The path is a symbolic link that another user made and could turn elsewhere.
    ForeignLink {
        /// The path as it was given.
        path: PathBuf,
        /// The user id of the link's owner.
        owner: u32,
    },
    /// The folder belongs to another user, who could put code into it.
    ForeignFolder {
        /// The path as it was given.
        path: PathBuf,
        /// The user id of the folder's owner.
        owner: u32,
    },
    /// The folder's mode lets its group or everybody write.
    FolderOpenToOthers {
        /// The path as it was given.
        path: PathBuf,
        /// The permission bits that were found.
        mode: u32,
    },
    /// The key file can be read or written by others, or is not ours, so entries prove nothing.
    KeyOpenToOthers {
        /// The key file.
        path: PathBuf,
        /// The permission bits that were found.
        mode: u32,
        /// The user id of the file's owner.
        owner: u32,
    },
    /// The key file is not what we write.
    KeyDamaged {
        /// The key file.
        path: PathBuf,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The operating system refused a step.
    Io {
        /// What we were doing, in words that follow "cannot".
        step: &'static str,
        /// The file or folder it was done to.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

impl fmt::Display for CacheError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAFolder { path } => write!(
                formatter,
                "the code cache's path {} is not a folder: remove it or choose another path",
                path.display()
            ),
            Self::ForeignLink { path, owner } => write!(
                formatter,
                "the code cache's path {} is a symbolic link of user {owner}: name the folder itself",
                path.display()
            ),
            Self::ForeignFolder { path, owner } => write!(
                formatter,
                "the code cache's folder {} belongs to user {owner}, who could place code in it: \
                 choose a folder of the executor's own user",
                path.display()
            ),
            Self::FolderOpenToOthers { path, mode } => write!(
                formatter,
                "the code cache's folder {} can be written by others (mode {mode:04o}): \
                 remove what is in it, then set its mode to 0700",
                path.display()
            ),
            Self::KeyOpenToOthers { path, mode, owner } => write!(
                formatter,
                "the code cache's key {} is open to others (mode {mode:04o}, user {owner}): \
                 stop the executors that use the folder and remove the key; all code is then compiled again",
                path.display()
            ),
            Self::KeyDamaged { path, problem } => write!(
                formatter,
                "the code cache's key {} is damaged ({problem}): \
                 stop the executors that use the folder and remove the key; all code is then compiled again",
                path.display()
            ),
            Self::Io { step, path, source } => write!(
                formatter,
                "the code cache cannot {step} {}: {source}; give the executor a folder that it can write",
                path.display()
            ),
        }
    }
}

impl Error for CacheError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// Why an entry that is there was not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MissReason {
    /// Under the entry's name lies something that is not a plain file.
    NotAFile,
    /// The file ends before its header does.
    Short,
    /// The file does not begin as our entries do.
    Foreign,
    /// The entry is of another version of the format.
    FormatVersion(u32),
    /// The file is shorter or longer than its header says.
    Length,
    /// The HMAC is wrong: a flipped bit, another entry's content, or another key's.
    Authentication,
    /// The system could not read the file.
    Unreadable(io::ErrorKind),
    /// The process is out of memory or file descriptors. The only reason that says nothing of the file, which stays.
    OutOfResources,
}

impl fmt::Display for MissReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAFile => formatter.write_str("the entry is not a plain file"),
            Self::Short => formatter.write_str("the entry is shorter than its header"),
            Self::Foreign => formatter.write_str("the file is not a code cache entry"),
            Self::FormatVersion(version) => {
                write!(formatter, "the entry has format version {version}")
            }
            Self::Length => formatter.write_str("the entry's length is not the one it states"),
            Self::Authentication => formatter.write_str("the entry's HMAC is wrong"),
            Self::Unreadable(kind) => write!(formatter, "the entry cannot be read: {kind}"),
            Self::OutOfResources => {
                formatter.write_str("the process is out of memory or file descriptors")
            }
        }
    }
}

/// Why code was not kept. The caller goes on with the code that it has.
#[derive(Debug)]
#[non_exhaustive]
pub enum StoreFault {
    /// The entry alone is larger than the whole cache may be.
    TooLarge {
        /// The size the entry would have, header included.
        bytes: u64,
        /// The cache's bound.
        bytes_max: u64,
    },
    /// No space, or no quota, is left.
    DiskFull,
    /// The folder or its file system does not let us write.
    ReadOnly,
    /// The system refused a step for another reason.
    Failed {
        /// What we were doing, in words that follow "cannot".
        step: &'static str,
        /// The system's error.
        source: io::Error,
    },
}

impl StoreFault {
    /// Sorts a system error by what an operator can do about it.
    pub(crate) fn from_io(step: &'static str, source: io::Error) -> Self {
        match Errno::from_io_error(&source) {
            Some(Errno::NOSPC | Errno::DQUOT) => Self::DiskFull,
            Some(Errno::ROFS | Errno::ACCESS | Errno::PERM) => Self::ReadOnly,
            _ => Self::Failed { step, source },
        }
    }
}

impl fmt::Display for StoreFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { bytes, bytes_max } => write!(
                formatter,
                "the code takes {bytes} bytes, and the whole code cache has {bytes_max}"
            ),
            Self::DiskFull => {
                formatter.write_str("no space is left on the device of the code cache")
            }
            Self::ReadOnly => formatter.write_str("the code cache's folder cannot be written"),
            Self::Failed { step, source } => write!(formatter, "cannot {step}: {source}"),
        }
    }
}

impl Error for StoreFault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Failed { source, .. } => Some(source),
            _ => None,
        }
    }
}
