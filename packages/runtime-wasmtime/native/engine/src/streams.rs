//! What guests read from and write to.

use crate::failure::{Failure, FailureError};
use crate::outbox::{Event, Outbox, Stream};
use crate::run_state::RunState;
use async_trait::async_trait;
use bytes::Bytes;
use std::future::poll_fn;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use tokio::io::{AsyncRead, AsyncWrite};
use wasmtime_wasi::cli::{IsTerminal, StdinStream, StdoutStream};
use wasmtime_wasi::p2::{InputStream, OutputStream, Pollable, StreamError, StreamResult};
use wasmwhisk_guest_io::CommandOutput;

/// Output of one run that may be on its way before its guest waits, in bytes; each event counts as
/// `EVENT_BYTES` more.
const UNREAD_BYTES_MAX: usize = 256 * 1024;
/// Longest single write, in bytes.
const WRITE_BYTES_MAX: usize = 64 * 1024;

/// Output of a guest on its way to the main thread.
#[derive(Clone)]
pub struct LogStream {
    run: Arc<RunState>,
    outbox: Arc<Outbox>,
    stream: Stream,
}

impl LogStream {
    /// A stream of a run.
    pub fn new(run: &Arc<RunState>, outbox: &Arc<Outbox>, stream: Stream) -> LogStream {
        LogStream {
            run: Arc::clone(run),
            outbox: Arc::clone(outbox),
            stream,
        }
    }

    /// Sends bytes, as many as the run's limit still allows.
    pub fn send(&self, bytes: &[u8]) {
        let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        let left = self.run.log_budget.fetch_sub(length, Ordering::Relaxed);
        if left <= 0 || bytes.is_empty() {
            return;
        }
        let sent = &bytes[..bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX))];
        self.outbox.push_output(&self.run, self.stream, sent);
    }

    /// Waits until the main thread has handled enough.
    async fn room(&self) {
        poll_fn(|context| {
            if self.run.log_unread.load(Ordering::Acquire) < UNREAD_BYTES_MAX {
                return Poll::Ready(());
            }
            self.run.log_waker.register(context.waker());
            if self.run.log_unread.load(Ordering::Acquire) < UNREAD_BYTES_MAX {
                return Poll::Ready(());
            }
            Poll::Pending
        })
        .await;
    }

    fn is_full(&self) -> bool {
        self.run.log_unread.load(Ordering::Acquire) >= UNREAD_BYTES_MAX
    }
}

/// Standard output of a guest.
#[derive(Clone)]
pub enum GuestOutput {
    /// All of it is log.
    Log(LogStream),
    /// The last line is the result, the lines before are log.
    Result(LogStream, Arc<Mutex<Option<CommandOutput>>>),
}

impl GuestOutput {
    /// Takes what the guest writes.
    pub fn accept(&self, bytes: &[u8]) -> Result<(), Failure> {
        match self {
            GuestOutput::Log(log) => {
                log.send(bytes);
                Ok(())
            }
            GuestOutput::Result(log, output) => {
                let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
                match output.as_mut() {
                    Some(output) => Ok(output.write(bytes, &mut |line| log.send(line))?),
                    None => Ok(()),
                }
            }
        }
    }

    fn log(&self) -> &LogStream {
        match self {
            GuestOutput::Log(log) | GuestOutput::Result(log, _) => log,
        }
    }
}

impl IsTerminal for GuestOutput {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for GuestOutput {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        // Only WASI 0.3 asks for it, which is not linked.
        Box::new(tokio::io::sink())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[async_trait]
impl Pollable for GuestOutput {
    async fn ready(&mut self) {
        self.log().room().await;
    }
}

#[async_trait]
impl OutputStream for GuestOutput {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.accept(&bytes)
            .map_err(|failure| StreamError::Trap(FailureError::wrap(failure)))
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(if self.log().is_full() {
            0
        } else {
            WRITE_BYTES_MAX
        })
    }
}

/// Standard input that is all there from the start.
#[derive(Clone)]
pub struct GivenInput {
    rest: Arc<Mutex<Bytes>>,
}

impl GivenInput {
    /// Input of these bytes.
    pub fn new(bytes: Bytes) -> GivenInput {
        GivenInput {
            rest: Arc::new(Mutex::new(bytes)),
        }
    }
}

impl IsTerminal for GivenInput {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdinStream for GivenInput {
    fn async_stream(&self) -> Box<dyn AsyncRead + Send + Sync> {
        // Only WASI 0.3 asks for it, which is not linked.
        Box::new(tokio::io::empty())
    }

    fn p2_stream(&self) -> Box<dyn InputStream> {
        Box::new(self.clone())
    }
}

#[async_trait]
impl Pollable for GivenInput {
    async fn ready(&mut self) {}
}

#[async_trait]
impl InputStream for GivenInput {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        let mut rest = self.rest.lock().unwrap_or_else(PoisonError::into_inner);
        if rest.is_empty() {
            return Err(StreamError::Closed);
        }
        let length = size.min(rest.len());
        Ok(rest.split_to(length))
    }
}

/// Standard input that the main thread is asked for, piece by piece.
#[derive(Clone)]
pub struct AskedInput {
    run: Arc<RunState>,
    outbox: Arc<Outbox>,
    inbox: Arc<Inbox>,
}

/// Input on its way to a plain command.
#[derive(Default)]
pub struct Inbox {
    state: Mutex<InboxState>,
    waker: atomic_waker::AtomicWaker,
}

#[derive(Default)]
struct InboxState {
    asked: bool,
    closed: bool,
    bytes: Bytes,
}

impl Inbox {
    /// Gives what was asked for; nothing is the end.
    pub fn give(&self, bytes: Bytes) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.asked = false;
        state.closed = bytes.is_empty();
        state.bytes = bytes;
        drop(state);
        self.waker.wake();
    }
}

/// How much is asked for at once, in bytes.
const ASKED_BYTES_MAX: usize = 64 * 1024;

impl AskedInput {
    /// Input of a plain command.
    pub fn new(run: &Arc<RunState>, outbox: &Arc<Outbox>, inbox: &Arc<Inbox>) -> AskedInput {
        AskedInput {
            run: Arc::clone(run),
            outbox: Arc::clone(outbox),
            inbox: Arc::clone(inbox),
        }
    }
}

impl IsTerminal for AskedInput {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdinStream for AskedInput {
    fn async_stream(&self) -> Box<dyn AsyncRead + Send + Sync> {
        // Only WASI 0.3 asks for it, which is not linked.
        Box::new(tokio::io::empty())
    }

    fn p2_stream(&self) -> Box<dyn InputStream> {
        Box::new(self.clone())
    }
}

#[async_trait]
impl Pollable for AskedInput {
    async fn ready(&mut self) {
        poll_fn(|context| {
            self.inbox.waker.register(context.waker());
            let mut state = self
                .inbox
                .state
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if state.closed || !state.bytes.is_empty() {
                return Poll::Ready(());
            }
            if !state.asked {
                state.asked = true;
                // What it writes from now on comes behind this.
                self.run.last_output.store(0, Ordering::Relaxed);
                self.outbox.push(Event::Input {
                    run: self.run.id,
                    bytes_max: ASKED_BYTES_MAX,
                });
            }
            Poll::Pending
        })
        .await;
    }
}

#[async_trait]
impl InputStream for AskedInput {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        let mut state = self
            .inbox
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if state.bytes.is_empty() {
            return if state.closed {
                Err(StreamError::Closed)
            } else {
                Ok(Bytes::new())
            };
        }
        let length = size.min(state.bytes.len());
        Ok(state.bytes.split_to(length))
    }
}
