//! Events as one flat list, which costs the main thread least. Each begins with its kind and the run:
//!
//! - 1, run, stream (1 stdout, 2 stderr), bytes
//! - 2, run, most bytes: a plain command reads
//! - 3, run, usage, whether it is an application error (0 or 1), JSON text
//! - 4, run, usage, exit code of a plain command
//! - 5, run, usage, failure
//!
//! Usage is four numbers: peak memory in bytes, CPU time and queued time in microseconds, fuel or -1.

use crate::data::FailureData;
use napi::Env;
use napi::bindgen_prelude::{Array, Result, Uint8Array};
use wasmwhisk_engine::{Event, Success, Usage};

/// Longer results go as bytes, whose memory is handed over; shorter ones as strings. As `jsonStringBytesMax`.
const STRING_BYTES_MAX: usize = 32 * 1024;

/// A list that grows.
struct List<'env> {
    array: Array<'env>,
    length: u32,
}

impl List<'_> {
    fn push<T: napi::bindgen_prelude::ToNapiValue>(&mut self, value: T) -> Result<()> {
        self.array.set(self.length, value)?;
        self.length += 1;
        Ok(())
    }

    fn push_usage(&mut self, usage: &Usage) -> Result<()> {
        self.push(usage.peak_memory_bytes as f64)?;
        self.push(usage.cpu_time_us as f64)?;
        self.push(usage.queued_us as f64)?;
        self.push(usage.fuel.map_or(-1.0, |fuel| fuel as f64))
    }
}

/// Makes the list.
pub fn to_list(env: &Env, events: Vec<Event>) -> Result<Array<'_>> {
    let mut list = List {
        array: env.create_array(0)?,
        length: 0,
    };
    for event in events {
        match event {
            Event::Output { run, stream, bytes } => {
                list.push(1)?;
                list.push(run.id)?;
                list.push(stream as u32)?;
                list.push(Uint8Array::new(bytes))?;
            }
            Event::Input { run, bytes_max } => {
                list.push(2)?;
                list.push(run)?;
                list.push(bytes_max as f64)?;
            }
            Event::Done { run, result, usage } => match result {
                Ok(Success::Answer(answer)) => {
                    list.push(3)?;
                    list.push(run)?;
                    list.push_usage(&usage)?;
                    list.push(u32::from(answer.is_error))?;
                    match std::str::from_utf8(&answer.json) {
                        Ok(text) if text.len() <= STRING_BYTES_MAX => list.push(text)?,
                        _ => list.push(Uint8Array::new(answer.json))?,
                    }
                }
                Ok(Success::Exit(code)) => {
                    list.push(4)?;
                    list.push(run)?;
                    list.push_usage(&usage)?;
                    list.push(code)?;
                }
                Err(failure) => {
                    list.push(5)?;
                    list.push(run)?;
                    list.push_usage(&usage)?;
                    list.push(FailureData::from(*failure))?;
                }
            },
        }
    }
    Ok(list.array)
}
