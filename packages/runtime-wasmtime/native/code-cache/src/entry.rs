//! An entry's file: a header of fixed size, then the code.
//!
//! | Bytes | Content |
//! |---|---|
//! | 0..8 | magic |
//! | 8..12 | version of the format, little endian |
//! | 12..16 | length of the header, little endian |
//! | 16..24 | length of the code, little endian |
//! | 24..56 | HMAC-SHA-256 over bytes 0..24, the entry's key and the code |
//! | 56.. | the code |

use std::fs::File;
use std::io::{self, Read, Write};

use hmac::{Hmac, Mac};
use rustix::io::Errno;
use sha2::Sha256;

use crate::error::MissReason;
use crate::key::CodeKey;
use crate::secret::Secret;

/// Not text, and broken by anything that translates ends of lines.
const MAGIC: [u8; 8] = *b"\xf7WWcode\n";
const FORMAT_VERSION: u32 = 1;
const PREAMBLE_BYTES: usize = 24;
const HEADER_BYTES: usize = 56;

/// The size of the file that holds so much code.
pub(crate) fn file_bytes(code: &[u8]) -> u64 {
    (code.len() as u64).saturating_add(HEADER_BYTES as u64)
}

/// Writes an entry from the file's beginning.
pub(crate) fn write(
    file: &mut File,
    key: &CodeKey,
    code: &[u8],
    secret: &Secret,
) -> io::Result<()> {
    let preamble = preamble(code.len() as u64);
    let hmac = begin(&preamble, key, secret).chain_update(code).finalize();
    let mut header = Vec::with_capacity(HEADER_BYTES);
    header.extend_from_slice(&preamble);
    header.extend_from_slice(&hmac.into_bytes());
    file.write_all(&header)?;
    file.write_all(code)
}

/// Reads an entry and proves that we wrote it, under this very key.
pub(crate) fn read(file: &mut File, key: &CodeKey, secret: &Secret) -> Result<Vec<u8>, MissReason> {
    let metadata = file.metadata().map_err(|error| unreadable(&error))?;
    if !metadata.is_file() {
        return Err(MissReason::NotAFile);
    }
    let mut header = [0; HEADER_BYTES];
    file.read_exact(&mut header)
        .map_err(|error| short(&error))?;
    let (stated, hmac) = header.split_at(PREAMBLE_BYTES);
    let code_bytes = metadata.len().saturating_sub(HEADER_BYTES as u64);
    if stated != preamble(code_bytes) {
        return Err(difference(stated));
    }
    let Ok(length) = usize::try_from(code_bytes) else {
        return Err(MissReason::OutOfResources);
    };
    // The length is the file's own, so a header cannot ask for more memory than the disk has given.
    let mut code = Vec::new();
    if code.try_reserve_exact(length).is_err() {
        return Err(MissReason::OutOfResources);
    }
    file.take(code_bytes)
        .read_to_end(&mut code)
        .map_err(|error| unreadable(&error))?;
    if code.len() != length {
        return Err(MissReason::Length);
    }
    // Compares in constant time.
    begin(stated, key, secret)
        .chain_update(&code)
        .verify_slice(hmac)
        .map_err(|_| MissReason::Authentication)?;
    Ok(code)
}

/// Why a file could not be opened or read.
pub(crate) fn unreadable(error: &io::Error) -> MissReason {
    match Errno::from_io_error(error) {
        Some(Errno::MFILE | Errno::NFILE | Errno::NOMEM) => MissReason::OutOfResources,
        // The answer to opening a symbolic link that is not to be followed; a socket or device gives NXIO.
        Some(Errno::LOOP | Errno::NXIO) => MissReason::NotAFile,
        _ => match error.kind() {
            io::ErrorKind::OutOfMemory => MissReason::OutOfResources,
            kind => MissReason::Unreadable(kind),
        },
    }
}

fn short(error: &io::Error) -> MissReason {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => MissReason::Short,
        _ => unreadable(error),
    }
}

fn preamble(code_bytes: u64) -> [u8; PREAMBLE_BYTES] {
    let mut bytes = [0; PREAMBLE_BYTES];
    bytes[..8].copy_from_slice(&MAGIC);
    bytes[8..12].copy_from_slice(&FORMAT_VERSION.to_le_bytes());
    bytes[12..16].copy_from_slice(&(HEADER_BYTES as u32).to_le_bytes());
    bytes[16..].copy_from_slice(&code_bytes.to_le_bytes());
    bytes
}

/// Says in which way a preamble differs from the right one.
fn difference(stated: &[u8]) -> MissReason {
    let right = preamble(0);
    if stated[..8] != right[..8] {
        MissReason::Foreign
    } else if stated[8..12] != right[8..12] {
        MissReason::FormatVersion(u32::from_le_bytes([
            stated[8], stated[9], stated[10], stated[11],
        ]))
    } else {
        MissReason::Length
    }
}

fn begin(preamble: &[u8], key: &CodeKey, secret: &Secret) -> Hmac<Sha256> {
    secret
        .begin()
        .chain_update(preamble)
        .chain_update(key.as_bytes())
}
