//! What an entry is found by.

use std::fmt;

use sha2::{Digest, Sha256};

/// Ends the name of every entry.
const SUFFIX: &str = ".code";

/// Keeps these digests apart from any other use of SHA-256 on the same parts.
const DOMAIN: &[u8] = b"wasmwhisk code key 1\0";

/// The identity of compiled code: a SHA-256 over everything that the code depends on.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CodeKey([u8; 32]);

impl CodeKey {
    /// Makes a key of its parts: usually the artifact's digest, the engine's version, the target and the settings' digest.
    ///
    /// Each part is hashed behind its length, so `["ab", "c"]` and `["a", "bc"]` are two keys.
    #[must_use]
    pub fn new(parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new_with_prefix(DOMAIN);
        hash.update((parts.len() as u64).to_le_bytes());
        for part in parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        Self(hash.finalize().into())
    }

    /// The key's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The name of the entry's file.
    pub(crate) fn file_name(&self) -> String {
        format!("{self}{SUFFIX}")
    }
}

/// Says whether a file's name is one that [`CodeKey::file_name`] gives.
pub(crate) fn is_entry_name(name: &str) -> bool {
    name.strip_suffix(SUFFIX)
        .is_some_and(|hex| hex.len() == 64 && is_lower_hex(hex))
}

/// Says whether all characters are hexadecimal digits as we write them.
pub(crate) fn is_lower_hex(text: &str) -> bool {
    text.bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

impl fmt::Display for CodeKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for CodeKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "CodeKey({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_into_each_other() {
        let keys = [
            CodeKey::new(&[b"ab", b"c"]),
            CodeKey::new(&[b"a", b"bc"]),
            CodeKey::new(&[b"abc"]),
            CodeKey::new(&[b"abc", b""]),
            CodeKey::new(&[b"", b"abc"]),
            CodeKey::new(&[]),
            CodeKey::new(&[b""]),
        ];
        for (at, key) in keys.iter().enumerate() {
            assert_eq!(keys.iter().position(|other| other == key), Some(at));
        }
    }

    #[test]
    fn a_key_is_the_same_in_every_process_and_version() {
        // Computed apart from this crate; a change of it makes every cache of every user cold.
        assert_eq!(
            CodeKey::new(&[b"artifact", b"48.0.2"]).to_string(),
            "b3dd94407fad914e79af79e0ef46cd191e30db8c325d9a2f6e1615b512394892"
        );
    }

    #[test]
    fn knows_its_file_names() {
        let name = CodeKey::new(&[b"x"]).file_name();
        assert!(is_entry_name(&name));
        assert!(!is_entry_name(&name.to_uppercase()));
        assert!(!is_entry_name(&name[1..]));
        assert!(!is_entry_name("key"));
        assert!(!is_entry_name(".code"));
    }
}
