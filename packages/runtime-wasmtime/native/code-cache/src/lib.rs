//! Compiled native code in files, for executors that share a folder.
//!
//! Loading native code is running it, so the question of this crate is _who wrote the file_. An entry counts only when
//! its HMAC is right, under a key that lies in a folder which nobody but our user can write. Whatever else is wrong with
//! an entry (cut short, a flipped bit, another format, another name) is a miss: the file goes and the caller compiles.
//!
//! Nothing is ever written in place. An entry appears complete by a rename, so a process may be killed at any moment and
//! leave at most a temporary file, which the next process recognises by its lock being free. No index exists on disk,
//! and what a process remembers of the folder is only an estimate that says when to look again.
//!
//! ```no_run
//! use std::path::Path;
//! use wasmwhisk_code_cache::{CodeCache, CodeKey, Lookup};
//!
//! # fn compile() -> Vec<u8> { Vec::new() }
//! let cache = CodeCache::open(Path::new("/var/cache/wasmwhisk/code"), 1 << 30)?;
//! let key = CodeKey::new(&[b"digest of the artifact", b"48.0.2", b"x86_64-linux", b"settings"]);
//! let code = match cache.load(&key) {
//!     Lookup::Hit(code) => code,
//!     Lookup::Miss(_reason) => {
//!         let code = compile();
//!         if let Err(fault) = cache.store(&key, &code) {
//!             eprintln!("compiled code was not kept: {fault}");
//!         }
//!         code
//!     }
//! };
//! # let _ = code;
//! # Ok::<(), wasmwhisk_code_cache::CacheError>(())
//! ```

#![forbid(unsafe_code)]

mod cache;
mod entry;
mod error;
mod folder;
mod key;
mod secret;
mod temp;
mod trim;

pub use cache::{CacheStats, CodeCache, Lookup};
pub use error::{CacheError, MissReason, StoreFault};
pub use key::CodeKey;
