//! What the main thread has to be told, in order, with one wake-up for all that is ready.

use crate::failure::Failure;
use crate::run_state::RunState;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
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
    Exit(i32),
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

/// The queue towards the main thread.
pub struct Outbox {
    events: Mutex<Vec<Event>>,
    called: AtomicBool,
    wake: Box<dyn Fn() + Send + Sync>,
}

impl Outbox {
    /// `wake` is called from any thread when there is something and the main thread does not know it yet.
    pub fn new(wake: Box<dyn Fn() + Send + Sync>) -> Outbox {
        Outbox {
            events: Mutex::new(Vec::new()),
            called: AtomicBool::new(false),
            wake,
        }
    }

    /// Adds an event.
    pub fn push(&self, event: Event) {
        self.events
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(event);
        if !self.called.swap(true, Ordering::AcqRel) {
            (self.wake)();
        }
    }

    /// Takes everything. Called on the main thread.
    pub fn take(&self) -> Vec<Event> {
        // In this order: what is pushed after the swap calls again.
        self.called.store(false, Ordering::Release);
        let events =
            std::mem::take(&mut *self.events.lock().unwrap_or_else(PoisonError::into_inner));
        for event in &events {
            if let Event::Output { run, bytes, .. } = event {
                run.log_unread.fetch_sub(bytes.len(), Ordering::AcqRel);
                run.log_waker.wake();
            }
        }
        events
    }
}
