//! Drives one run: takes turns, yields at epochs, and answers exactly once.

use crate::engine::{Shared, Start};
use crate::failure::Failure;
use crate::outbox::{Event, Success, Usage};
use crate::run_state::{End, Phase, RunState};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;

/// How a guest ended, and what it used as far as its store knows.
pub struct GuestEnd {
    /// Its answer or failure.
    pub result: Result<Success, Failure>,
    /// Linear memory at the end, in bytes.
    pub memory_bytes: u64,
    /// Fuel used, where it is counted.
    pub fuel: Option<u64>,
}

/// A guest from its instantiation to its end.
pub type GuestFuture = Pin<Box<dyn Future<Output = GuestEnd> + Send>>;

/// A run that has computed for this long is no longer fresh: it stands in the line of those that
/// compute long.
const FRESH: Duration = Duration::from_millis(2);

/// A run that has begun.
pub struct RunTask {
    shared: Arc<Shared>,
    state: Arc<RunState>,
    /// `None` when it is over.
    guest: Option<GuestFuture>,
    /// The guest was polled.
    began: bool,
    has_turn: bool,
    in_line: bool,
    long: bool,
    /// Linear memory that is counted as held by a waiting guest.
    waiting_bytes: u64,
    cpu_time: Duration,
    queued: Duration,
}

impl RunTask {
    /// A run that has its first turn.
    pub fn new(shared: Arc<Shared>, start: Start) -> RunTask {
        let Start {
            state,
            work,
            arrived,
        } = start;
        state.set_phase(Phase::Computing);
        let guest = work.into_guest(&shared, &state);
        RunTask {
            shared,
            state,
            guest: Some(guest),
            has_turn: true,
            in_line: false,
            long: false,
            waiting_bytes: 0,
            began: false,
            cpu_time: Duration::ZERO,
            queued: arrived.elapsed(),
        }
    }

    /// Whether it has a turn now; stands in the line if not.
    fn acquire_turn(&mut self) -> bool {
        if self.has_turn || self.state.take_turn() {
            self.has_turn = true;
            self.in_line = false;
        } else if !self.in_line {
            self.count_waiting(0);
            self.state.set_phase(Phase::Computing);
            self.has_turn = self.shared.turns.resume(&self.state, self.long);
            self.in_line = !self.has_turn;
        }
        self.has_turn
    }

    /// The guest used its slice.
    fn end_slice(&mut self) {
        if self.cpu_time < FRESH && !self.long {
            return;
        }
        self.has_turn = self.shared.turns.rotate(&self.state, self.long);
        self.in_line = !self.has_turn;
        self.long = true;
    }

    /// The guest waits in a host call.
    fn suspend(&mut self) {
        self.state.set_phase(Phase::Waiting);
        self.shared.turns.release(self.long, false);
        self.has_turn = false;
        self.count_waiting(self.state.memory_bytes.load(Ordering::Relaxed));
    }

    fn count_waiting(&mut self, bytes: u64) {
        if bytes != self.waiting_bytes {
            self.shared
                .note_waiting_memory(self.waiting_bytes, bytes, &self.state);
            self.waiting_bytes = bytes;
        }
    }

    /// Frees the guest, gives back what the run had, and answers.
    fn finish(&mut self, end: GuestEnd) {
        // First the guest: its instance goes back to the pool before another run begins.
        self.guest = None;
        self.count_waiting(0);
        if self.has_turn {
            self.shared.turns.release(self.long, true);
        } else {
            self.shared.turns.end_without_turn(&self.state, self.long);
        }
        let usage = Usage {
            peak_memory_bytes: end.memory_bytes,
            cpu_time_us: u64::try_from(self.cpu_time.as_micros()).unwrap_or(u64::MAX),
            fuel: end.fuel,
            queued_us: u64::try_from(self.queued.as_micros()).unwrap_or(u64::MAX),
        };
        self.shared.runs.remove(self.state.id);
        if self.state.claim_answer() {
            self.shared.outbox.push(Event::Done {
                run: self.state.id,
                result: end.result.map_err(Box::new),
                usage,
            });
        }
    }

    fn finish_ended(&mut self, end: End) {
        self.finish(GuestEnd {
            result: Err(Failure::ended(end)),
            memory_bytes: self.state.memory_bytes.load(Ordering::Relaxed),
            fuel: None,
        });
    }
}

impl Future for RunTask {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let task = &mut *self;
        task.state.waker.register(context.waker());
        if !task.acquire_turn() {
            return match task.state.end() {
                Some(end) => {
                    task.finish_ended(end);
                    Poll::Ready(())
                }
                None => Poll::Pending,
            };
        }
        if !task.began
            && let Some(end) = task.state.end()
        {
            task.finish_ended(end);
            return Poll::Ready(());
        }
        task.began = true;
        let Some(guest) = task.guest.as_mut() else {
            return Poll::Ready(());
        };
        let began = thread_cpu_time();
        let polled = guest.as_mut().poll(context);
        task.cpu_time += thread_cpu_time().saturating_sub(began);
        if let Poll::Ready(end) = polled {
            task.finish(end);
            return Poll::Ready(());
        }
        if task.state.take_yield() {
            // Wasmtime has woken this task already.
            task.end_slice();
            return Poll::Pending;
        }
        if let Some(end) = task.state.end() {
            task.finish_ended(end);
            return Poll::Ready(());
        }
        task.suspend();
        Poll::Pending
    }
}

impl Drop for RunTask {
    fn drop(&mut self) {
        // A panic below, or the end of the process: the run is answered all the same.
        if self.guest.is_some() {
            let end = GuestEnd {
                result: Err(match self.state.end() {
                    Some(end) => Failure::ended(end),
                    None => Failure::internal("The engine failed during the run."),
                }),
                memory_bytes: 0,
                fuel: None,
            };
            self.finish(end);
        }
    }
}

#[cfg(unix)]
fn thread_cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    // The clock of a thread is never negative, and its nanoseconds are below one second.
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or(0),
        u32::try_from(time.tv_nsec).unwrap_or(0),
    )
}

#[cfg(not(unix))]
fn thread_cpu_time() -> Duration {
    use std::sync::LazyLock;
    use std::time::Instant;
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed()
}
