use std::fmt;

use crate::{
    fault::GuestFault,
    json_members::{JsonMembers, array_elements},
    json_scan::JsonKind,
    json_string::is_name,
};

/// Longest input, in bytes: room for a thousand numbers, which is the most that a function takes.
const INPUT_BYTES_MAX: usize = 1024 * 1024;

/// A number type of WebAssembly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberType {
    /// 32-bit integer
    I32,
    /// 64-bit integer
    I64,
    /// 32-bit float
    F32,
    /// 64-bit float
    F64,
}

impl fmt::Display for NumberType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::F32 => "f32",
            Self::F64 => "f64",
        })
    }
}

/// A number as WebAssembly takes and gives it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// 32-bit integer, signed
    I32(i32),
    /// 64-bit integer, signed
    I64(i64),
    /// 32-bit float
    F32(f32),
    /// 64-bit float
    F64(f64),
}

/// Reads `{"args": [..]}` for an export with these parameters. Integers are taken from the text as
/// written, signed or unsigned, so that none is rounded; no arguments at all are `[]`.
pub fn numeric_arguments(input: &[u8], params: &[NumberType]) -> Result<Vec<Number>, GuestFault> {
    if input.len() > INPUT_BYTES_MAX {
        return Err(GuestFault::input(format!(
            "The input is longer than the {INPUT_BYTES_MAX} bytes that an action of numbers takes."
        )));
    }
    let arguments = find_arguments(input)?;
    let wrong_count = || {
        let types: Vec<String> = params.iter().map(NumberType::to_string).collect();
        GuestFault::input(format!(
            "The action takes {} numbers in \"args\" ({}).",
            params.len(),
            types.join(", ")
        ))
    };
    let array = match arguments {
        Some((JsonKind::Array, array)) => array,
        Some(_) => return Err(wrong_count()),
        None => b"[]",
    };
    if array_elements(array).take(params.len() + 1).count() != params.len() {
        return Err(wrong_count());
    }
    let mut numbers = Vec::with_capacity(params.len());
    for (index, (element, &param)) in array_elements(array).zip(params).enumerate() {
        let text = match element {
            Ok(span) if span.kind == JsonKind::Number => &array[span.start..span.end],
            _ => return Err(GuestFault::input(format!("args[{index}] is not a number."))),
        };
        // Digits, signs, points and exponents: ASCII by its grammar.
        let text = String::from_utf8_lossy(text);
        numbers.push(to_number(&text, param).ok_or_else(|| {
            GuestFault::input(format!("args[{index}] is {text}, which is no {param}."))
        })?);
    }
    Ok(numbers)
}

/// Makes `{"result":n}` of what the export returned; `{}` of nothing. Numbers are printed as
/// JavaScript's `JSON.stringify` prints them: floats that JSON lacks become `null`, an `f32` is the
/// double that it is, and negative zero is `0`.
pub fn numeric_result(value: Option<Number>) -> Vec<u8> {
    let text = match value {
        None => return b"{}".to_vec(),
        Some(Number::I32(integer)) => integer.to_string(),
        Some(Number::I64(integer)) => integer.to_string(),
        Some(Number::F32(float)) => float_text(f64::from(float)),
        Some(Number::F64(float)) => float_text(float),
    };
    format!("{{\"result\":{text}}}").into_bytes()
}

/// The value of the last member `args`, as `JSON.parse` would take it.
fn find_arguments(input: &[u8]) -> Result<Option<(JsonKind, &[u8])>, GuestFault> {
    let mut found = None;
    for member in JsonMembers::of(input)
        .map_err(GuestFault::not_json)?
        .into_iter()
        .flatten()
    {
        let member = member.map_err(GuestFault::not_json)?;
        if is_name(member.name, "args") {
            found = Some((member.kind, member.value));
        }
    }
    Ok(found)
}

fn to_number(text: &str, param: NumberType) -> Option<Number> {
    match param {
        NumberType::I32 => Some(Number::I32(wrapped_integer(text, 32)? as i32)),
        NumberType::I64 => Some(Number::I64(wrapped_integer(text, 64)? as i64)),
        // By way of the double, as JavaScript rounds.
        NumberType::F32 => Some(Number::F32(text.parse::<f64>().ok()? as f32)),
        NumberType::F64 => Some(Number::F64(text.parse().ok()?)),
    }
}

/// An integer of that many bits, signed or unsigned; its low bits are what the caller takes.
fn wrapped_integer(text: &str, bits: u32) -> Option<i128> {
    // Fractions and exponents are no digits, and what i128 cannot hold is too large as well.
    let integer: i128 = text.parse().ok()?;
    (-(1 << (bits - 1))..1 << bits)
        .contains(&integer)
        .then_some(integer)
}

fn float_text(float: f64) -> String {
    if float.is_finite() {
        ryu_js::Buffer::new().format_finite(float).to_owned()
    } else {
        "null".to_owned()
    }
}

#[cfg(test)]
#[path = "numeric_tests.rs"]
mod tests;
