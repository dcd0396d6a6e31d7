//! What the main thread has to be told, in order, with one wake-up for all that is ready.

use crate::failure::Failure;
use crate::run_state::RunState;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use wasmwhisk_guest_io::Answer;

/// The two output streams of a guest. The numbers cross the bridge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Stream {
    /// Standard output.
    Stdout = 1,
    /// Standard error.
    Stderr = 2,
}

/// What a run cost.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    /// Most linear memory in use at once, in bytes.
    pub peak_memory_bytes: u64,
    /// Time on a processor, in microseconds.
    pub cpu_time_us: u64,
    /// Fuel used, where it is counted.
    pub fuel: Option<u64>,
    /// Time between the run's arrival and its first turn, in microseconds.
    pub queued_us: u64,
}

/// How a run ended well.
#[derive(Debug)]
pub enum Success {
    /// An action's answer.
    Answer(Answer),
    /// A plain command's exit code.
    Exit(u32),
}

/// Something for the main thread.
pub enum Event {
    /// A guest wrote.
    Output {
        /// Whose.
        run: Arc<RunState>,
        /// Where.
        stream: Stream,
        /// What.
        bytes: Vec<u8>,
    },
    /// A plain command reads; it is answered by [`crate::Engine::give_input`].
    Input {
        /// Number of the run.
        run: u64,
        /// Most bytes that it takes.
        bytes_max: usize,
    },
    /// A run is over.
    Done {
        /// Number of the run.
        run: u64,
        /// Its answer or failure.
        result: Result<Success, Box<Failure>>,
        /// Its cost.
        usage: Usage,
    },
}

/// What an event of output costs beside its bytes: it is counted as so many more of them, because many
/// short writes cost the main thread more than one long one.
pub const EVENT_BYTES: usize = 1024;
/// Longest event of output that is made of several writes, in bytes.
const MERGED_BYTES_MAX: usize = 64 * 1024;

#[derive(Default)]
struct Queue {
    events: Vec<Event>,
    /// Number of the first event: as many were taken before.
    first: u64,
}

impl Queue {
    fn push(&mut self, event: Event) {
        self.events.push(event);
    }

    /// The last event of this run that is still here, if it is output of this stream.
    fn last_output(&mut self, run: &RunState, wanted: Stream) -> Option<&mut Vec<u8>> {
        let number = run.last_output.load(Ordering::Relaxed).checked_sub(1)?;
        let at = usize::try_from(number.checked_sub(self.first)?).ok()?;
        match self.events.get_mut(at) {
            Some(Event::Output { stream, bytes, .. }) if *stream == wanted => Some(bytes),
            _ => None,
        }
    }

    /// Adds output, and gives what it costs.
    fn push_output(&mut self, run: &Arc<RunState>, stream: Stream, written: &[u8]) -> usize {
        if let Some(bytes) = self.last_output(run, stream)
            && bytes.len() + written.len() <= MERGED_BYTES_MAX
        {
            bytes.extend_from_slice(written);
            return written.len();
        }
        self.push(Event::Output {
            run: Arc::clone(run),
            stream,
            bytes: written.to_vec(),
        });
        let next = self.first + self.events.len() as u64;
        run.last_output.store(next, Ordering::Relaxed);
        written.len() + EVENT_BYTES
    }

    fn take(&mut self) -> Vec<Event> {
        self.first += self.events.len() as u64;
        std::mem::take(&mut self.events)
    }
}

/// The queue towards the main thread.
pub struct Outbox {
    queue: Mutex<Queue>,
    called: AtomicBool,
    wake: Box<dyn Fn() + Send + Sync>,
}

impl Outbox {
    /// `wake` is called from any thread when there is something and the main thread does not know it yet.
    pub fn new(wake: Box<dyn Fn() + Send + Sync>) -> Outbox {
        Outbox {
            queue: Mutex::default(),
            called: AtomicBool::new(false),
            wake,
        }
    }

    /// Adds an event.
    pub fn push(&self, event: Event) {
        self.lock().push(event);
        self.call();
    }

    /// Adds what a guest wrote: to its last event, where that is of the same stream and was not taken.
    pub fn push_output(&self, run: &Arc<RunState>, stream: Stream, bytes: &[u8]) {
        let mut queue = self.lock();
        let cost = queue.push_output(run, stream, bytes);
        // Before the lock is given back: the main thread must not handle what was not counted.
        run.log_unread.fetch_add(cost, Ordering::AcqRel);
        drop(queue);
        self.call();
    }

    /// Takes everything. Called on the main thread, which tells later what it has handled.
    pub fn take(&self) -> Vec<Event> {
        // In this order: what is pushed after the store calls again.
        self.called.store(false, Ordering::Release);
        self.lock().take()
    }

    fn call(&self) {
        if !self.called.swap(true, Ordering::AcqRel) {
            (self.wake)();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[path = "outbox_test.rs"]
mod tests;
