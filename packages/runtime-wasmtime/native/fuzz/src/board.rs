//! Which runs are on their way, and what came back of them.
//!
//! A thread of its own takes what the engine tells, so that a time of arrival is not the time at which a compilation
//! ended.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use wasmwhisk_engine::{Engine, Event, Success};

/// Told by the engine, from any thread.
#[derive(Default)]
pub(crate) struct Bell {
    rung: Mutex<bool>,
    condition: Condvar,
}

impl Bell {
    pub(crate) fn ring(&self) {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.condition.notify_one();
    }

    fn wait(&self, at_most: Duration) {
        let rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut rung, _) = self
            .condition
            .wait_timeout_while(rung, at_most, |rung| !*rung)
            .unwrap_or_else(PoisonError::into_inner);
        *rung = false;
    }
}

/// What a run answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reply {
    /// JSON.
    Answer(Vec<u8>),
    /// A plain command's exit, which nothing here asks for.
    Exit,
    /// Code and text.
    Failure(&'static str, String),
}

/// A run that came to its end.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub(crate) run: u64,
    pub(crate) reply: Reply,
    /// From its start to its answer.
    pub(crate) took: Duration,
    pub(crate) began: Instant,
    /// Bytes it wrote to its log.
    pub(crate) output_bytes: usize,
}

struct Open {
    began: Instant,
    output_bytes: usize,
}

#[derive(Default)]
struct Inner {
    open: HashMap<u64, Open>,
    arrived: Vec<Arrival>,
    strays: Vec<String>,
    closed: bool,
}

/// The board.
#[derive(Default)]
pub(crate) struct Board {
    inner: Mutex<Inner>,
    changed: Condvar,
}

impl Board {
    /// A run is about to begin.
    pub(crate) fn expect(&self, run: u64) {
        let open = Open {
            began: Instant::now(),
            output_bytes: 0,
        };
        self.lock().open.insert(run, open);
    }

    /// What arrived; waits for it if nothing has.
    pub(crate) fn take(&self, at_most: Duration) -> Vec<Arrival> {
        let mut inner = self.lock();
        if inner.arrived.is_empty() && !at_most.is_zero() {
            inner = self
                .changed
                .wait_timeout_while(inner, at_most, |inner| inner.arrived.is_empty())
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        std::mem::take(&mut inner.arrived)
    }

    /// Runs that began so long ago and were never answered. They are told once.
    pub(crate) fn take_lost(&self, after: Duration) -> Vec<u64> {
        let mut inner = self.lock();
        let lost: Vec<u64> = inner
            .open
            .iter()
            .filter(|(_, open)| open.began.elapsed() > after)
            .map(|(run, _)| *run)
            .collect();
        for run in &lost {
            inner.open.remove(run);
        }
        lost
    }

    /// Events of runs that were not on their way.
    pub(crate) fn take_strays(&self) -> Vec<String> {
        std::mem::take(&mut self.lock().strays)
    }

    /// Ends the thread of [`receive`](Self::receive).
    pub(crate) fn close(&self) {
        self.lock().closed = true;
    }

    /// Takes events until the board is closed.
    pub(crate) fn receive(&self, engine: &Arc<Engine>, bell: &Bell) {
        loop {
            bell.wait(Duration::from_millis(50));
            let events = engine.take_events();
            let now = Instant::now();
            let mut inner = self.lock();
            for event in events {
                inner.note(event, now);
            }
            let closed = inner.closed;
            drop(inner);
            self.changed.notify_one();
            if closed {
                return;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn note(&mut self, event: Event, now: Instant) {
        match event {
            // What a guest wrote before its run was answered without it comes later, and is dropped.
            Event::Output { run, bytes, .. } => {
                if let Some(open) = self.open.get_mut(&run.id) {
                    open.output_bytes += bytes.len();
                }
            }
            Event::Input { run, .. } => self.strays.push(format!("run {run} asked for input")),
            Event::Done { run, result, .. } => {
                let Some(open) = self.open.remove(&run) else {
                    self.strays.push(format!("run {run} was answered again"));
                    return;
                };
                let reply = match result {
                    Ok(Success::Answer(answer)) => Reply::Answer(answer.json.clone()),
                    Ok(Success::Exit(_)) => Reply::Exit,
                    Err(failure) => Reply::Failure(failure.code, failure.message),
                };
                self.arrived.push(Arrival {
                    run,
                    reply,
                    took: now.saturating_duration_since(open.began),
                    began: open.began,
                    output_bytes: open.output_bytes,
                });
            }
        }
    }
}
