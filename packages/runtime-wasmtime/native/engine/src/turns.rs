//! Who computes when.
//!
//! Guests compute in turns. There are as many turns as threads for runs that have computed long, and one
//! more that only fresh runs get: however many guests loop, a short run finds a turn at once. The
//! operating system shares the processors between all that have one.

use crate::fair_line::FairLine;
use crate::run_state::RunState;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A run that has not begun.
pub trait Newcomer {
    /// What is known of it.
    fn state(&self) -> &Arc<RunState>;
}

/// What became of a run that wants to begin.
pub enum Admission {
    /// It has begun.
    Begun,
    /// It stands in the line.
    Queued,
    /// The line is full, and its unit has most in it.
    Refused,
    /// The line was full: this run of the unit that has most had to go instead.
    Replaced(Arc<RunState>),
}

/// Numbers for metrics.
#[derive(Clone, Copy, Debug, Default)]
pub struct TurnCounts {
    /// Turns that are taken.
    pub computing: usize,
    /// Runs that have begun and not ended.
    pub running: usize,
    /// Runs that have not begun.
    pub queued: usize,
}

struct Inner<Start> {
    computing: usize,
    computing_long: usize,
    running: usize,
    /// Runs that have not begun.
    newcomers: FairLine<Start>,
    /// Runs that waited in a host call, have not computed long, and want to go on.
    resuming: FairLine<Arc<RunState>>,
    /// Runs that have computed long and want their next turn.
    long: FairLine<Arc<RunState>>,
}

/// The table of turns.
pub struct Turns<Start> {
    threads: usize,
    runs_max: usize,
    queue_size_max: usize,
    inner: Mutex<Inner<Start>>,
    /// Begins a run that has its first turn.
    begin: Box<dyn Fn(Start) + Send + Sync>,
}

impl<Start: Newcomer> Turns<Start> {
    /// A table without runs.
    pub fn new(
        threads: usize,
        runs_max: usize,
        queue_size_max: usize,
        begin: Box<dyn Fn(Start) + Send + Sync>,
    ) -> Turns<Start> {
        Turns {
            threads,
            runs_max,
            queue_size_max,
            inner: Mutex::new(Inner {
                computing: 0,
                computing_long: 0,
                running: 0,
                newcomers: FairLine::new(),
                resuming: FairLine::new(),
                long: FairLine::new(),
            }),
            begin,
        }
    }

    /// Begins a run if a turn is free and nobody stands before it; else puts it into the line.
    pub fn admit(&self, start: Start) -> Admission {
        let mut inner = self.lock();
        if inner.newcomers.is_empty()
            && inner.running < self.runs_max
            && self.fresh_turn_is_free(&inner)
        {
            inner.computing += 1;
            inner.running += 1;
            drop(inner);
            (self.begin)(start);
            return Admission::Begun;
        }
        let unit = start.state().unit;
        let mut replaced = None;
        if inner.newcomers.len() >= self.queue_size_max {
            let own = inner.newcomers.count(unit);
            replaced = match inner.newcomers.longest() {
                Some((longest, count)) if count > own + 1 => {
                    inner.newcomers.remove_last(longest, |_| true)
                }
                _ => None,
            };
            if replaced.is_none() {
                return Admission::Refused;
            }
        }
        inner.newcomers.push(unit, start);
        self.dispatch(inner);
        match replaced {
            Some(last) => Admission::Replaced(Arc::clone(last.state())),
            None => Admission::Queued,
        }
    }

    /// Takes a run that has not begun out of the line. `false`: it is not there any more.
    pub fn cancel(&self, state: &RunState) -> bool {
        let is_it = |newcomer: &Start| newcomer.state().id == state.id;
        let removed = self.lock().newcomers.remove_last(state.unit, is_it);
        removed.is_some()
    }

    /// Asks for a turn for a run that goes on after it waited. `true`: it has one; else it is woken when it has.
    pub fn resume(&self, state: &Arc<RunState>, long: bool) -> bool {
        let mut inner = self.lock();
        if long {
            if inner.long.is_empty() && self.long_turn_is_free(&inner) {
                inner.computing += 1;
                inner.computing_long += 1;
                return true;
            }
            inner.long.push(state.unit, Arc::clone(state));
        } else {
            if self.fresh_turn_is_free(&inner) {
                inner.computing += 1;
                return true;
            }
            inner.resuming.push(state.unit, Arc::clone(state));
        }
        self.dispatch(inner);
        false
    }

    /// A run that has a turn has used its slice. `true`: it keeps the turn; else it stands in the line
    /// and is woken when it has its next one.
    pub fn rotate(&self, state: &Arc<RunState>, was_long: bool) -> bool {
        let mut inner = self.lock();
        if !was_long {
            inner.computing_long += 1;
        }
        if inner.computing_long <= self.threads && inner.long.is_empty() {
            return true;
        }
        inner.computing -= 1;
        inner.computing_long -= 1;
        inner.long.push(state.unit, Arc::clone(state));
        self.dispatch(inner);
        false
    }

    /// Gives a turn back. `ended`: the run is over.
    pub fn release(&self, was_long: bool, ended: bool) {
        let mut inner = self.lock();
        inner.computing -= 1;
        if was_long {
            inner.computing_long -= 1;
        }
        if ended {
            inner.running -= 1;
        }
        self.dispatch(inner);
    }

    /// A run ended that had begun and has no turn: it waited, or stood in a line.
    pub fn end_without_turn(&self, state: &RunState, long: bool) {
        let mut inner = self.lock();
        inner.running -= 1;
        let is_it = |other: &Arc<RunState>| other.id == state.id;
        let line = if long {
            &mut inner.long
        } else {
            &mut inner.resuming
        };
        let stood = line.remove_last(state.unit, is_it).is_some();
        // Granted in the same moment: nobody else will give it back.
        if !stood && state.take_turn() {
            inner.computing -= 1;
            if long {
                inner.computing_long -= 1;
            }
        }
        self.dispatch(inner);
    }

    /// Numbers for metrics.
    pub fn counts(&self) -> TurnCounts {
        let inner = self.lock();
        TurnCounts {
            computing: inner.computing,
            running: inner.running,
            queued: inner.newcomers.len(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner<Start>> {
        // Nothing in here panics half way; a poisoned table is as good as any.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a run that computes long may have a turn.
    fn long_turn_is_free(&self, inner: &Inner<Start>) -> bool {
        inner.computing <= self.threads && inner.computing_long < self.threads
    }

    /// Whether a fresh run may have one: never so that those which compute long stand still.
    fn fresh_turn_is_free(&self, inner: &Inner<Start>) -> bool {
        inner.computing <= self.threads && (inner.long.is_empty() || inner.computing_long > 0)
    }

    /// Grants the turns that are free, and only then unlocks, wakes and begins.
    fn dispatch(&self, mut inner: MutexGuard<'_, Inner<Start>>) {
        let mut woken = Vec::new();
        let mut begun = Vec::new();
        loop {
            if self.fresh_turn_is_free(&inner) {
                if let Some(state) = inner.resuming.pop() {
                    inner.computing += 1;
                    state.grant_turn();
                    woken.push(state);
                    continue;
                }
                if inner.running < self.runs_max
                    && let Some(newcomer) = inner.newcomers.pop()
                {
                    inner.running += 1;
                    inner.computing += 1;
                    begun.push(newcomer);
                    continue;
                }
            }
            if self.long_turn_is_free(&inner)
                && let Some(state) = inner.long.pop()
            {
                inner.computing += 1;
                inner.computing_long += 1;
                state.grant_turn();
                woken.push(state);
                continue;
            }
            break;
        }
        drop(inner);
        for state in woken {
            state.waker.wake();
        }
        for start in begun {
            (self.begin)(start);
        }
    }
}

#[cfg(test)]
#[path = "turns_test.rs"]
mod tests;
