use crate::{
    fault::GuestFault,
    result::{Answer, plain_result},
};

/// The stdout of a command guest: its last line is the result, the lines before are log. Only the
/// latest line is held back; everything before it goes to the log as it comes, so that the log of a
/// guest that never ends can be read.
///
/// A line counts as last when nothing but line ends follows it.
#[derive(Debug)]
pub struct CommandOutput {
    result_bytes: usize,
    held: Vec<u8>,
    /// The held line has ended: the next byte that is no line end makes it log.
    ended: bool,
}

impl CommandOutput {
    /// `result_bytes` is the longest result, and so the longest line that is held.
    pub fn new(result_bytes: usize) -> Self {
        Self {
            result_bytes,
            held: Vec::new(),
            ended: false,
        }
    }

    /// Takes what the guest writes to stdout, and passes on what turns out to be log. The bytes are
    /// copied where they must be kept.
    pub fn write(&mut self, bytes: &[u8], log: &mut dyn FnMut(&[u8])) -> Result<(), GuestFault> {
        let logged = self.logged_at_once(bytes);
        if logged > 0 {
            self.release(log);
            log(&bytes[..logged]);
        }
        let mut rest = &bytes[logged..];
        while !rest.is_empty() {
            let line_end = memchr::memchr(b'\n', rest);
            let (piece, behind) = rest.split_at(line_end.map_or(rest.len(), |at| at + 1));
            if self.ended && !piece.iter().all(is_line_end) {
                self.release(log);
            }
            self.hold(piece)?;
            self.ended |= line_end.is_some();
            rest = behind;
        }
        Ok(())
    }

    /// The guest ended well: makes its result of the last line.
    pub fn finish(self) -> Result<Answer, GuestFault> {
        let mut line = self.held;
        // The line end is not part of the result, nor of its length.
        let end = line
            .iter()
            .rposition(|byte| !is_line_end(byte))
            .map_or(0, |last| last + 1);
        line.truncate(end);
        plain_result(line, self.result_bytes)
    }

    /// The guest failed: what was held back is log after all.
    pub fn abandon(&mut self, log: &mut dyn FnMut(&[u8])) {
        self.release(log);
    }

    /// How much of a write is log for certain, all lines at once: what stands before the last line
    /// that is not empty. Nothing where a line of it might be longer than a result, which has to be
    /// counted line by line.
    fn logged_at_once(&self, bytes: &[u8]) -> usize {
        let Some(last) = bytes.iter().rposition(|byte| !is_line_end(byte)) else {
            return 0;
        };
        let start = memchr::memrchr(b'\n', &bytes[..last]).map_or(0, |at| at + 1);
        if self.held.len() + start > self.line_bytes_max() {
            return 0;
        }
        start
    }

    /// Room for the line end, which is not part of the result.
    fn line_bytes_max(&self) -> usize {
        self.result_bytes.saturating_add(1)
    }

    fn hold(&mut self, piece: &[u8]) -> Result<(), GuestFault> {
        if self.held.len() + piece.len() > self.line_bytes_max() {
            return Err(GuestFault::too_large(format!(
                "The action wrote a line of more than {} bytes to stdout, the limit of a result.",
                self.result_bytes
            )));
        }
        self.held.extend_from_slice(piece);
        Ok(())
    }

    fn release(&mut self, log: &mut dyn FnMut(&[u8])) {
        if !self.held.is_empty() {
            log(&self.held);
        }
        // The room of usual lines is kept for the next one, that of a rare long line is not.
        if self.held.capacity() > KEPT_BYTES_MAX {
            self.held = Vec::new();
        } else {
            self.held.clear();
        }
        self.ended = false;
    }
}

const KEPT_BYTES_MAX: usize = 64 * 1024;

fn is_line_end(byte: &u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

#[cfg(test)]
#[path = "command_output_tests.rs"]
mod tests;
