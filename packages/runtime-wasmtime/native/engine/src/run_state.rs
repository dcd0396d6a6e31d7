//! What several threads know about one run.

use atomic_waker::AtomicWaker;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU8, AtomicU64, AtomicUsize, Ordering};

/// Why a run is ended from outside. The numbers cross the bridge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum End {
    /// Its deadline passed.
    Timeout = 1,
    /// Its caller aborted it and knows why.
    Aborted = 2,
    /// Guests that wait held too much memory.
    WaitingMemory = 3,
    /// The engine was closed.
    ShuttingDown = 4,
}

impl End {
    fn from_number(number: u8) -> Option<End> {
        match number {
            1 => Some(End::Timeout),
            2 => Some(End::Aborted),
            3 => Some(End::WaitingMemory),
            4 => Some(End::ShuttingDown),
            _ => None,
        }
    }

    /// The error code of a run that ended so.
    pub fn code(self) -> &'static str {
        match self {
            End::Timeout => "WW_ERR_RUN_TIMEOUT",
            End::Aborted | End::ShuttingDown => "WW_ERR_RUN_ABORTED",
            End::WaitingMemory => "WW_ERR_RUN_MEMORY_LIMIT",
        }
    }
}

/// What a run is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Phase {
    /// It has not begun.
    Queued = 0,
    /// It has a turn, or waits for its next one.
    Computing = 1,
    /// Its guest is suspended in a host call.
    Waiting = 2,
}

/// Shared by the task that drives a run, the ticker, and whoever ends it.
pub struct RunState {
    /// Number of the run; comes again when it is over.
    pub id: u64,
    /// Unit of trust, as a number that its caller keeps for it.
    pub unit: u64,
    /// When it has to end, in milliseconds of the engine's clock.
    pub deadline_ms: u64,
    /// Wakes the task.
    pub waker: AtomicWaker,
    end: AtomicU8,
    ended_at_ms: AtomicU64,
    answered: AtomicBool,
    phase: AtomicU8,
    turn: AtomicBool,
    yielded: AtomicBool,
    /// Linear memory now, in bytes.
    pub memory_bytes: AtomicU64,
    /// Output that may still be sent: one byte more than the limit, so that the reader knows of the rest.
    pub log_budget: AtomicI64,
    /// Output that was sent and not yet handled by the main thread, in bytes, with what its events count as.
    pub log_unread: AtomicUsize,
    /// Wakes a guest that waits for its output to be handled.
    pub log_waker: AtomicWaker,
    /// Number of its last event of output, counted from 1; changed under the outbox's lock.
    pub last_output: AtomicU64,
}

impl RunState {
    /// A run that has not begun.
    pub fn new(id: u64, unit: u64, deadline_ms: u64, log_bytes_max: u64) -> RunState {
        RunState {
            id,
            unit,
            deadline_ms,
            waker: AtomicWaker::new(),
            end: AtomicU8::new(0),
            ended_at_ms: AtomicU64::new(0),
            answered: AtomicBool::new(false),
            phase: AtomicU8::new(Phase::Queued as u8),
            turn: AtomicBool::new(false),
            yielded: AtomicBool::new(false),
            memory_bytes: AtomicU64::new(0),
            log_budget: AtomicI64::new(i64::try_from(log_bytes_max).unwrap_or(i64::MAX - 1) + 1),
            log_unread: AtomicUsize::new(0),
            log_waker: AtomicWaker::new(),
            last_output: AtomicU64::new(0),
        }
    }

    /// Asks for the end. The first reason stays.
    pub fn request_end(&self, end: End, now_ms: u64) {
        self.ended_at_ms.store(now_ms, Ordering::Relaxed);
        if self
            .end
            .compare_exchange(0, end as u8, Ordering::AcqRel, Ordering::Relaxed)
            .is_ok()
        {
            self.waker.wake();
            self.log_waker.wake();
        }
    }

    /// Why it has to end, if it has to.
    pub fn end(&self) -> Option<End> {
        End::from_number(self.end.load(Ordering::Acquire))
    }

    /// When its end was asked for.
    pub fn ended_at_ms(&self) -> u64 {
        self.ended_at_ms.load(Ordering::Relaxed)
    }

    /// Takes the right to answer: whoever is told `true` answers, once.
    pub fn claim_answer(&self) -> bool {
        !self.answered.swap(true, Ordering::AcqRel)
    }

    /// Whether it was answered.
    pub fn is_answered(&self) -> bool {
        self.answered.load(Ordering::Acquire)
    }

    /// What it is doing.
    pub fn phase(&self) -> Phase {
        match self.phase.load(Ordering::Relaxed) {
            0 => Phase::Queued,
            1 => Phase::Computing,
            _ => Phase::Waiting,
        }
    }

    /// Notes what it is doing.
    pub fn set_phase(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Relaxed);
    }

    /// Gives it a turn that it waits for; whoever does wakes it afterwards.
    pub fn grant_turn(&self) {
        self.turn.store(true, Ordering::Release);
    }

    /// Takes a turn that was granted.
    pub fn take_turn(&self) -> bool {
        self.turn.swap(false, Ordering::AcqRel)
    }

    /// The guest yields at an epoch.
    pub fn note_yield(&self) {
        self.yielded.store(true, Ordering::Relaxed);
    }

    /// Whether the guest was suspended because it yielded.
    pub fn take_yield(&self) -> bool {
        self.yielded.swap(false, Ordering::Relaxed)
    }
}
