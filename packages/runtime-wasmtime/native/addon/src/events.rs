//! Events for JavaScript: numbers in an array that it has given, which costs no call of Node.js, and
//! what is no number in a list, one item for each event of kind 1, 3 and 5.
//!
//! The first number is how many follow; the second is 1 when there was no room for all. Then, event by event,
//! the kind and the run, and:
//!
//! - 1: stream (1 stdout, 2 stderr); item: bytes
//! - 2: most bytes: a plain command reads
//! - 3: usage, whether it is an application error (0 or 1); item: JSON text
//! - 4: usage, exit code of a plain command
//! - 5: usage; item: failure
//!
//! Usage is four numbers: peak memory in bytes, CPU time and queued time in microseconds, fuel or -1.

use crate::data::FailureData;
use napi::Env;
use napi::bindgen_prelude::{Array, Result, ToNapiValue, Uint8Array};
use std::collections::VecDeque;
use wasmwhisk_engine::{Event, Success, Usage};

/// Longer results go as bytes, whose memory is handed over; shorter ones as strings. As `jsonStringBytesMax`.
const STRING_BYTES_MAX: usize = 32 * 1024;
/// Numbers of one event at most.
const NUMBERS_MAX: usize = 8;
/// Numbers before those of the events.
const HEADER: usize = 2;

struct Writer<'call, 'env> {
    numbers: &'call mut [f64],
    length: usize,
    items: Array<'env>,
    count: u32,
}

impl Writer<'_, '_> {
    fn number(&mut self, value: f64) {
        // There is room for a whole event before one is begun.
        if let Some(place) = self.numbers.get_mut(self.length) {
            *place = value;
            self.length += 1;
        }
    }

    fn usage(&mut self, usage: &Usage) {
        self.number(usage.peak_memory_bytes as f64);
        self.number(usage.cpu_time_us as f64);
        self.number(usage.queued_us as f64);
        self.number(usage.fuel.map_or(-1.0, |fuel| fuel as f64));
    }

    fn item(&mut self, item: impl ToNapiValue) -> Result<()> {
        self.items.set(self.count, item)?;
        self.count += 1;
        Ok(())
    }
}

/// Writes as many events as fit; what does not stays.
pub fn write<'env>(
    env: &'env Env,
    events: &mut VecDeque<Event>,
    numbers: &mut [f64],
) -> Result<Array<'env>> {
    let mut writer = Writer {
        numbers,
        length: HEADER,
        items: env.create_array(0)?,
        count: 0,
    };
    while writer.length + NUMBERS_MAX <= writer.numbers.len()
        && let Some(event) = events.pop_front()
    {
        write_event(&mut writer, event)?;
    }
    let written = (writer.length - HEADER) as f64;
    if let [length, more, ..] = writer.numbers {
        *length = written;
        *more = if events.is_empty() { 0.0 } else { 1.0 };
    }
    Ok(writer.items)
}

fn write_event(writer: &mut Writer<'_, '_>, event: Event) -> Result<()> {
    match event {
        Event::Output { run, stream, bytes } => {
            writer.number(1.0);
            writer.number(run.id as f64);
            writer.number(f64::from(stream as u8));
            writer.item(Uint8Array::new(bytes))
        }
        Event::Input { run, bytes_max } => {
            writer.number(2.0);
            writer.number(run as f64);
            writer.number(bytes_max as f64);
            Ok(())
        }
        Event::Done { run, result, usage } => {
            let kind = match &result {
                Ok(Success::Answer(_)) => 3.0,
                Ok(Success::Exit(_)) => 4.0,
                Err(_) => 5.0,
            };
            writer.number(kind);
            writer.number(run as f64);
            writer.usage(&usage);
            match result {
                Ok(Success::Answer(answer)) => {
                    writer.number(if answer.is_error { 1.0 } else { 0.0 });
                    match std::str::from_utf8(&answer.json) {
                        Ok(text) if text.len() <= STRING_BYTES_MAX => writer.item(text),
                        _ => writer.item(Uint8Array::new(answer.json)),
                    }
                }
                Ok(Success::Exit(code)) => {
                    writer.number(f64::from(code));
                    Ok(())
                }
                Err(failure) => writer.item(FailureData::from(*failure)),
            }
        }
    }
}
