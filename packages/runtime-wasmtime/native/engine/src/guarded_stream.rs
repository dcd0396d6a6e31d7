//! The stream through which a component writes a file in a directory with a limit.

use crate::directory_account::QuotaExceeded;
use crate::guest_files::OpenEntry;
use async_trait::async_trait;
use bytes::Bytes;
use std::sync::Arc;
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, InputStream, OutputStream};
use wasmtime_wasi::p2::{Pollable, StreamError, StreamResult};
use wasmtime_wasi::runtime::{AbortOnDropJoinHandle, spawn};

/// What may be written at once, as streams of files have it.
const WRITE_BYTES_MAX: usize = 64 * 1024;

/// Charges what is written to the account of the directory, then passes it on.
pub struct ChargedOutput {
    entry: Arc<OpenEntry>,
    /// Where the next byte goes; `None`: to the end.
    position: Option<u64>,
    state: State,
}

enum State {
    Ready(DynOutputStream),
    Writing(
        AbortOnDropJoinHandle<(DynOutputStream, StreamResult<()>)>,
        u64,
    ),
    Failed(StreamError),
    Closed,
}

impl ChargedOutput {
    /// Around a stream that begins at this position.
    pub fn new(entry: Arc<OpenEntry>, position: Option<u64>, stream: DynOutputStream) -> Self {
        ChargedOutput {
            entry,
            position,
            state: State::Ready(stream),
        }
    }

    fn wrote(&mut self, stream: DynOutputStream, bytes: u64, result: StreamResult<()>) {
        self.state = match result {
            Ok(()) => {
                self.position = self.position.map(|at| at.saturating_add(bytes));
                State::Ready(stream)
            }
            Err(error) => State::Failed(error),
        };
    }
}

/// The charge first, then the write, in pieces whose end is waited for.
async fn write(
    entry: &OpenEntry,
    position: Option<u64>,
    stream: &mut DynOutputStream,
    bytes: Bytes,
) -> StreamResult<()> {
    let charge = entry
        .grow_write(position, bytes.len())
        .await
        .map_err(|QuotaExceeded| StreamError::LastOperationFailed(QuotaExceeded.into()))?;
    let result = stream.blocking_write_and_flush(bytes).await;
    charge.settle(result.is_ok());
    result
}

#[async_trait]
impl OutputStream for ChargedOutput {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        let mut stream = match std::mem::replace(&mut self.state, State::Closed) {
            State::Ready(stream) => stream,
            State::Closed => return Err(StreamError::Closed),
            other => {
                self.state = other;
                return Err(StreamError::trap("write without check_write"));
            }
        };
        let length = bytes.len() as u64;
        let (entry, position) = (Arc::clone(&self.entry), self.position);
        let writing = spawn(async move {
            let result = write(&entry, position, &mut stream, bytes).await;
            (stream, result)
        });
        self.state = State::Writing(writing, length);
        Ok(())
    }

    async fn blocking_write_and_flush(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.ready().await;
        self.check_write()?;
        let State::Ready(mut stream) = std::mem::replace(&mut self.state, State::Closed) else {
            return Err(StreamError::Closed);
        };
        let length = bytes.len() as u64;
        match write(&self.entry, self.position, &mut stream, bytes).await {
            Ok(()) => {
                self.wrote(stream, length, Ok(()));
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    fn flush(&mut self) -> StreamResult<()> {
        // Nothing waits to be written that is not being written.
        match self.state {
            State::Writing(..) => Ok(()),
            _ => self.check_write().map(|_| ()),
        }
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        match self.state {
            State::Ready(_) => Ok(WRITE_BYTES_MAX),
            State::Writing(..) => Ok(0),
            State::Closed => Err(StreamError::Closed),
            State::Failed(_) => match std::mem::replace(&mut self.state, State::Closed) {
                State::Failed(error) => Err(error),
                _ => Err(StreamError::Closed),
            },
        }
    }

    async fn cancel(&mut self) {
        // What was taken is written to its end, as far as there is room.
        self.ready().await;
        if let State::Ready(mut stream) = std::mem::replace(&mut self.state, State::Closed) {
            stream.cancel().await;
        }
    }
}

#[async_trait]
impl Pollable for ChargedOutput {
    async fn ready(&mut self) {
        if let State::Writing(writing, length) = &mut self.state {
            let length = *length;
            let (stream, result) = writing.await;
            self.wrote(stream, length, result);
        }
    }
}

/// Reads a file, which counts as open as long.
pub struct CountedInput {
    stream: DynInputStream,
    _entry: Arc<OpenEntry>,
}

impl CountedInput {
    /// Around a stream.
    pub fn new(entry: Arc<OpenEntry>, stream: DynInputStream) -> CountedInput {
        CountedInput {
            stream,
            _entry: entry,
        }
    }
}

#[async_trait]
impl InputStream for CountedInput {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        self.stream.read(size)
    }

    async fn blocking_read(&mut self, size: usize) -> StreamResult<Bytes> {
        self.stream.blocking_read(size).await
    }

    async fn cancel(&mut self) {
        self.stream.cancel().await;
    }
}

#[async_trait]
impl Pollable for CountedInput {
    async fn ready(&mut self) {
        self.stream.ready().await;
    }
}

#[cfg(test)]
#[path = "guarded_stream_test.rs"]
mod tests;
