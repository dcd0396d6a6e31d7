//! The thread that moves the epoch and looks after deadlines.

use crate::engine::Shared;
use crate::failure::Failure;
use crate::outbox::{Event, Usage};
use crate::run_state::{End, Phase, RunState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::time::Duration;

/// One epoch: how long a guest computes before it yields, and how late an end may be seen.
const TICK: Duration = Duration::from_millis(1);
/// After so many ticks without a run the thread sleeps until there is one.
const IDLE_TICKS: u32 = 50;
/// A guest that does not come back from what cannot be interrupted, such as filling a large memory, is
/// answered without it after this time.
const STUCK_MS: u64 = 6;

/// Wakes the ticker.
#[derive(Default)]
pub struct Alarm {
    asleep: AtomicBool,
    lock: Mutex<()>,
    condition: Condvar,
}

impl Alarm {
    /// There is a run, or the engine was closed.
    pub fn ring(&self) {
        if self.asleep.load(Ordering::SeqCst) {
            let _guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
            self.condition.notify_all();
        }
    }

    fn sleep_unless(&self, is_needed: impl Fn() -> bool) {
        let guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        self.asleep.store(true, Ordering::SeqCst);
        // Looked at once more: whoever came before the store did not ring.
        if !is_needed() {
            // Bounded, so that an engine that nobody closed lets its thread end.
            let _ = self.condition.wait_timeout(guard, Duration::from_secs(1));
        }
        self.asleep.store(false, Ordering::SeqCst);
    }
}

/// Starts the thread. It ends with the engine.
pub fn start(shared: &Arc<Shared>) -> std::io::Result<()> {
    let weak = Arc::downgrade(shared);
    let alarm = Arc::clone(&shared.alarm);
    std::thread::Builder::new()
        .name("wasmwhisk-epoch".to_owned())
        .spawn(move || run(&weak, &alarm))?;
    Ok(())
}

fn run(weak: &Weak<Shared>, alarm: &Alarm) {
    let mut idle = 0;
    loop {
        let Some(shared) = weak.upgrade() else { return };
        if shared.runs.is_empty() {
            idle += 1;
        } else {
            idle = 0;
            shared.ticks.advance();
            shared.wasm.increment_epoch();
            shared.lanes.relieve();
            look_after(&shared);
        }
        drop(shared);
        if idle > IDLE_TICKS {
            alarm.sleep_unless(|| weak.upgrade().is_none_or(|shared| !shared.runs.is_empty()));
            idle = 0;
        } else {
            std::thread::sleep(TICK);
        }
    }
}

fn look_after(shared: &Shared) {
    let now_ms = shared.now_ms();
    let due = shared
        .runs
        .select(|run| run.end().is_some() || now_ms >= run.deadline_ms);
    for run in due {
        match run.end() {
            None => run.request_end(End::Timeout, now_ms),
            Some(end) => answer_if_stuck(shared, &run, end, now_ms),
        }
    }
}

fn answer_if_stuck(shared: &Shared, run: &Arc<RunState>, end: End, now_ms: u64) {
    if run.is_answered() {
        return;
    }
    let over = match run.phase() {
        // Taken out of the line it will never begin, so nobody else forgets it.
        Phase::Queued if shared.turns.cancel(run) => {
            shared.runs.remove(run.id);
            true
        }
        _ => now_ms > run.ended_at_ms() + STUCK_MS,
    };
    if over && run.claim_answer() {
        shared.outbox.push(Event::Done {
            run: run.id,
            result: Err(Box::new(Failure::ended(end))),
            usage: Usage::default(),
        });
    }
}
