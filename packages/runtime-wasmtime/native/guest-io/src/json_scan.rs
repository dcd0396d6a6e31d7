use std::{error::Error, fmt};

/// Deepest nesting accepted, as on the other runtimes; it keeps memory for hostile texts small.
pub const JSON_DEPTH_MAX: usize = 10_000;

/// The six kinds of JSON values, by their first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonKind {
    /// `{`
    Object,
    /// `[`
    Array,
    /// `"`
    String,
    /// A digit or `-`
    Number,
    /// `true` or `false`
    Boolean,
    /// `null`
    Null,
}

/// Where a value stands in the bytes that were scanned: no white space around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonSpan {
    /// What the value is.
    pub kind: JsonKind,
    /// Its first byte.
    pub start: usize,
    /// The byte behind its last.
    pub end: usize,
}

/// Not one JSON value in UTF-8. Its text says what and at which byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonSyntaxError {
    problem: Problem,
    /// The byte where it was seen.
    pub offset: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Problem {
    InvalidUtf8,
    TooDeep,
    End,
    Unexpected(u8),
}

impl fmt::Display for JsonSyntaxError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problem {
            Problem::InvalidUtf8 => write!(formatter, "invalid UTF-8"),
            Problem::TooDeep => write!(formatter, "JSON nested too deeply"),
            Problem::End => write!(formatter, "unexpected end of JSON input"),
            Problem::Unexpected(byte) if byte.is_ascii_graphic() => {
                write!(formatter, "unexpected '{}' in JSON", char::from(byte))
            }
            Problem::Unexpected(byte) => write!(formatter, "unexpected byte 0x{byte:x} in JSON"),
        }?;
        write!(formatter, " at byte {}", self.offset)
    }
}

impl Error for JsonSyntaxError {}

pub(crate) type Scanned<T> = Result<T, JsonSyntaxError>;

/// Checks that `bytes` are exactly one JSON value (RFC 8259) in valid UTF-8, white space around it
/// allowed. Lone surrogates as `\uXXXX` and duplicate names are valid, as in JavaScript.
pub fn scan_json(bytes: &[u8]) -> Result<JsonSpan, JsonSyntaxError> {
    scan_json_within(bytes, JSON_DEPTH_MAX)
}

/// Like `scan_json`, with a bound of its own for nesting.
pub(crate) fn scan_json_within(bytes: &[u8], depth_max: usize) -> Scanned<JsonSpan> {
    assert_utf8(bytes)?;
    let start = skip_whitespace(bytes, 0);
    let end = scan_value(bytes, start, depth_max)?;
    assert_end(bytes, end)?;
    Ok(JsonSpan {
        kind: kind_at(bytes, start),
        start,
        end,
    })
}

pub(crate) fn assert_utf8(bytes: &[u8]) -> Scanned<()> {
    std::str::from_utf8(bytes)
        .map(|_| ())
        .map_err(|error| JsonSyntaxError {
            problem: Problem::InvalidUtf8,
            offset: error.valid_up_to(),
        })
}

pub(crate) fn assert_end(bytes: &[u8], at: usize) -> Scanned<()> {
    let end = skip_whitespace(bytes, at);
    if end < bytes.len() {
        return Err(unexpected(bytes, end));
    }
    Ok(())
}

pub(crate) fn kind_at(bytes: &[u8], at: usize) -> JsonKind {
    match bytes.get(at) {
        Some(b'{') => JsonKind::Object,
        Some(b'[') => JsonKind::Array,
        Some(b'"') => JsonKind::String,
        Some(b't' | b'f') => JsonKind::Boolean,
        Some(b'n') => JsonKind::Null,
        _ => JsonKind::Number,
    }
}

#[cold]
pub(crate) fn unexpected(bytes: &[u8], at: usize) -> JsonSyntaxError {
    JsonSyntaxError {
        problem: match bytes.get(at) {
            Some(&byte) => Problem::Unexpected(byte),
            None => Problem::End,
        },
        offset: at,
    }
}

#[inline(always)]
pub(crate) fn skip_whitespace(bytes: &[u8], from: usize) -> usize {
    match bytes.get(from) {
        // Most texts have none.
        Some(0x21..) => from,
        _ => skip_some_whitespace(bytes, from),
    }
}

fn skip_some_whitespace(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = bytes.get(at) {
        at += 1;
    }
    at
}

/// The open containers, a bit for each: 1 for an object, 0 for an array. Words of the outer ones
/// are put aside, so that a usual text needs no memory for it.
#[derive(Default)]
struct Nesting {
    depth: usize,
    inner: u64,
    outer: Vec<u64>,
}

impl Nesting {
    #[inline(always)]
    fn push(&mut self, object: bool) {
        if self.depth > 0 && self.depth.is_multiple_of(64) {
            self.outer.push(self.inner);
        }
        self.inner = self.inner << 1 | u64::from(object);
        self.depth += 1;
    }

    #[inline(always)]
    fn pop(&mut self) {
        self.depth -= 1;
        self.inner >>= 1;
        if self.depth > 0 && self.depth.is_multiple_of(64) {
            self.inner = self.outer.pop().unwrap_or(0);
        }
    }

    #[inline(always)]
    fn is_object(&self) -> bool {
        self.inner & 1 == 1
    }
}

/// Walks one value of any kind and gives the offset behind it. Iterative, so that nesting costs a
/// bit and not a stack frame.
pub(crate) fn scan_value(bytes: &[u8], from: usize, depth_max: usize) -> Scanned<usize> {
    let mut at = from;
    let mut nesting = Nesting::default();
    loop {
        // One value begins here.
        match bytes.get(at) {
            Some(b'"') => at = scan_string(bytes, at)?,
            Some(&open @ (b'{' | b'[')) => {
                if nesting.depth == depth_max {
                    return Err(JsonSyntaxError {
                        problem: Problem::TooDeep,
                        offset: at,
                    });
                }
                let object = open == b'{';
                at = skip_whitespace(bytes, at + 1);
                if bytes.get(at) == Some(&(if object { b'}' } else { b']' })) {
                    at += 1;
                } else {
                    nesting.push(object);
                    if object {
                        at = scan_name(bytes, at)?;
                        at = scan_colon(bytes, at)?;
                    }
                    continue;
                }
            }
            Some(b't') => at = scan_word(bytes, at, b"true")?,
            Some(b'f') => at = scan_word(bytes, at, b"false")?,
            Some(b'n') => at = scan_word(bytes, at, b"null")?,
            _ => at = scan_number(bytes, at)?,
        }
        // The value is complete: close what it closes, or go on to its next sibling.
        loop {
            if nesting.depth == 0 {
                return Ok(at);
            }
            at = skip_whitespace(bytes, at);
            let object = nesting.is_object();
            match bytes.get(at) {
                Some(b',') => {
                    at = skip_whitespace(bytes, at + 1);
                    if object {
                        at = scan_name(bytes, at)?;
                        at = scan_colon(bytes, at)?;
                    }
                    break;
                }
                Some(b'}') if object => {}
                Some(b']') if !object => {}
                _ => return Err(unexpected(bytes, at)),
            }
            nesting.pop();
            at += 1;
        }
    }
}

/// A member's name; gives the offset behind its quote.
#[inline]
pub(crate) fn scan_name(bytes: &[u8], from: usize) -> Scanned<usize> {
    if bytes.get(from) != Some(&b'"') {
        return Err(unexpected(bytes, from));
    }
    scan_string(bytes, from)
}

/// What is between a name and its value; gives where the value begins.
#[inline]
pub(crate) fn scan_colon(bytes: &[u8], from: usize) -> Scanned<usize> {
    let at = skip_whitespace(bytes, from);
    if bytes.get(at) != Some(&b':') {
        return Err(unexpected(bytes, at));
    }
    Ok(skip_whitespace(bytes, at + 1))
}

#[inline]
fn scan_string(bytes: &[u8], from: usize) -> Scanned<usize> {
    let mut at = from + 1;
    loop {
        at = skip_plain(bytes, at);
        match bytes.get(at) {
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => at = scan_escapes(bytes, at)?,
            _ => return Err(unexpected(bytes, at)),
        }
    }
}

const LOW_BITS: u64 = 0x0101_0101_0101_0101;
const HIGH_BITS: u64 = 0x8080_8080_8080_8080;

/// The next byte that ends a string, begins an escape or is no part of a string.
#[inline]
pub(crate) fn skip_plain(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    // Eight at a time find the place; most strings end here.
    for _ in 0..4 {
        match step_word(bytes, at) {
            Step::Plain => at += 8,
            Step::Found(offset) => return at + offset,
            Step::Short => return skip_plain_bytes(bytes, at),
        }
    }
    // A long string: blocks that the compiler turns into vector instructions.
    while let Some(block) = bytes.get(at..).and_then(<[u8]>::first_chunk::<64>) {
        if block
            .iter()
            .fold(0, |any, &byte| any | u8::from(is_special(byte)))
            != 0
        {
            break;
        }
        at += 64;
    }
    skip_plain_bytes(bytes, at)
}

enum Step {
    Plain,
    Found(usize),
    Short,
}

#[inline(always)]
fn step_word(bytes: &[u8], at: usize) -> Step {
    let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) else {
        return Step::Short;
    };
    let word = u64::from_le_bytes(*chunk);
    let quote = word ^ (LOW_BITS * b'"' as u64);
    let backslash = word ^ (LOW_BITS * b'\\' as u64);
    // A byte's high bit is set where it is zero, or below 0x20. A borrow may set it wrongly, but
    // only above a byte that is found rightly, and only the lowest counts.
    let found = (quote.wrapping_sub(LOW_BITS) & !quote
        | backslash.wrapping_sub(LOW_BITS) & !backslash
        | word.wrapping_sub(LOW_BITS * 0x20) & !word)
        & HIGH_BITS;
    match found {
        0 => Step::Plain,
        _ => Step::Found(found.trailing_zeros() as usize / 8),
    }
}

fn skip_plain_bytes(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        if is_special(byte) {
            break;
        }
        at += 1;
    }
    at
}

#[inline(always)]
fn is_special(byte: u8) -> bool {
    // No `||`: a branch for each byte cannot become vector instructions.
    (byte == b'"') | (byte == b'\\') | (byte < 0x20)
}

/// Escapes often follow each other: those of a text in another script, or of base64 with line ends.
fn scan_escapes(bytes: &[u8], from: usize) -> Scanned<usize> {
    let mut at = from;
    while bytes.get(at) == Some(&b'\\') {
        at = scan_escape(bytes, at)?;
    }
    Ok(at)
}

#[inline]
fn scan_escape(bytes: &[u8], from: usize) -> Scanned<usize> {
    match bytes.get(from + 1) {
        Some(b'u') => {
            for at in from + 2..from + 6 {
                if !bytes.get(at).is_some_and(u8::is_ascii_hexdigit) {
                    return Err(unexpected(bytes, at));
                }
            }
            Ok(from + 6)
        }
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(from + 2),
        _ => Err(unexpected(bytes, from + 1)),
    }
}

#[inline(always)]
fn scan_digits(bytes: &[u8], from: usize) -> Scanned<usize> {
    let mut at = from;
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    if at == from {
        return Err(unexpected(bytes, at));
    }
    Ok(at)
}

#[inline]
fn scan_number(bytes: &[u8], from: usize) -> Scanned<usize> {
    let mut at = from + usize::from(bytes.get(from) == Some(&b'-'));
    at = match bytes.get(at) {
        Some(b'0') => at + 1,
        _ => scan_digits(bytes, at)?,
    };
    if bytes.get(at) == Some(&b'.') {
        at = scan_digits(bytes, at + 1)?;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        let signed = matches!(bytes.get(at + 1), Some(b'+' | b'-'));
        at = scan_digits(bytes, at + 1 + usize::from(signed))?;
    }
    Ok(at)
}

#[inline(always)]
fn scan_word(bytes: &[u8], from: usize, word: &[u8]) -> Scanned<usize> {
    for (offset, byte) in word.iter().enumerate() {
        if bytes.get(from + offset) != Some(byte) {
            return Err(unexpected(bytes, from + offset));
        }
    }
    Ok(from + word.len())
}

#[cfg(test)]
#[path = "json_scan_tests.rs"]
mod tests;
