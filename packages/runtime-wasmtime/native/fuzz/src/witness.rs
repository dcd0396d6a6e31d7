//! A thread that does nothing but sleep, and knows how late it woke: so late is the machine, whatever the engine does.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

const NAP: Duration = Duration::from_millis(1);
/// Stalls that are remembered: more than a run that is not lost can have seen.
const REMEMBERED: usize = 20_000;

#[derive(Default)]
struct Shared {
    /// When each ended, and how long it was.
    stalls: Mutex<VecDeque<(Instant, Duration)>>,
    closed: AtomicBool,
}

/// Watches the machine until it is dropped.
pub(crate) struct Witness(Arc<Shared>);

impl Witness {
    pub(crate) fn start() -> io::Result<Self> {
        let shared: Arc<Shared> = Arc::default();
        let theirs = Arc::clone(&shared);
        std::thread::Builder::new().spawn(move || {
            while !theirs.closed.load(Ordering::Relaxed) {
                let began = Instant::now();
                std::thread::sleep(NAP);
                let late = began.elapsed().saturating_sub(NAP);
                // Less is how exact timers are.
                if late > NAP {
                    theirs.note(began + NAP + late, late);
                }
            }
        })?;
        Ok(Self(shared))
    }

    /// How long the machine stood still for this thread within a time.
    pub(crate) fn stalled(&self, from: Instant, until: Instant) -> Duration {
        let stalls = self.0.stalls.lock().unwrap_or_else(PoisonError::into_inner);
        stalls
            .iter()
            .map(|(end, late)| {
                let began = (*end).checked_sub(*late).unwrap_or(from);
                (*end).min(until).saturating_duration_since(began.max(from))
            })
            .sum()
    }
}

impl Shared {
    fn note(&self, end: Instant, late: Duration) {
        let mut stalls = self.stalls.lock().unwrap_or_else(PoisonError::into_inner);
        stalls.push_back((end, late));
        if stalls.len() > REMEMBERED {
            stalls.pop_front();
        }
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        self.0.closed.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_of_a_stall_lies_within_a_time() {
        let witness = Witness(Arc::default());
        let zero = Instant::now();
        let at = |ms| zero + Duration::from_millis(ms);
        witness.0.note(at(100), Duration::from_millis(30));
        witness.0.note(at(200), Duration::from_millis(10));
        let stalled = |from, until| witness.stalled(at(from), at(until)).as_millis();
        assert_eq!(stalled(0, 300), 40);
        assert_eq!(stalled(90, 195), 15);
        assert_eq!(stalled(110, 180), 0);
    }
}
