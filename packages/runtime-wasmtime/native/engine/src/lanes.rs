//! Where runs begin.
//!
//! A lane is a thread that takes runs one after the other. A short run ends in the lane's hands: no task
//! is made for it, and no thread is woken while a lane is awake. A run that does not end at once goes on
//! in a task of its own.

use crate::engine::{Shared, Start};
use crate::run_task::RunTask;
use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

/// How long a lane that has nothing to do looks for more before it sleeps: waking a thread costs more
/// than most runs.
const LINGER: Duration = Duration::from_micros(20);
/// So many runs may wait for one lane; more wake another.
const RUNS_PER_LANE: usize = 8;

struct Waiting {
    starts: VecDeque<Start>,
    /// Lanes that are not asleep, and will look at the queue before they sleep.
    awake: usize,
    /// Lanes that sleep, the one that slept last at the end: it is woken first, since its memory is
    /// still in the processor's caches.
    sleepers: Vec<Sleeper>,
    closed: bool,
}

struct Sleeper {
    thread: Thread,
    woken: Arc<AtomicBool>,
}

/// The lanes of an engine, and the runs that wait for one.
pub struct Lanes {
    count: usize,
    waiting: Mutex<Waiting>,
    /// As many as in the queue, for those who only look.
    length: AtomicUsize,
}

impl Lanes {
    /// So many lanes. They do nothing before [`open`].
    pub fn new(count: usize) -> Lanes {
        Lanes {
            count,
            waiting: Mutex::new(Waiting {
                starts: VecDeque::new(),
                // Each looks once before it sleeps for the first time.
                awake: count,
                sleepers: Vec::with_capacity(count),
                closed: false,
            }),
            length: AtomicUsize::new(0),
        }
    }

    /// Gives a run to the next lane that is free.
    pub fn push(&self, start: Start) {
        let mut waiting = self.lock();
        waiting.starts.push_back(start);
        self.length.store(waiting.starts.len(), Ordering::Release);
        let wanted = waiting.starts.len().div_ceil(RUNS_PER_LANE).min(self.count);
        self.wake(waiting, wanted);
    }

    /// Called at every tick: a run that still waits has a guest before it that computes.
    pub fn relieve(&self) {
        if self.length.load(Ordering::Acquire) > 0 {
            let waiting = self.lock();
            let wanted = waiting.awake + 1;
            self.wake(waiting, wanted.min(self.count));
        }
    }

    /// Lets the threads end.
    pub fn close(&self) {
        let mut waiting = self.lock();
        waiting.closed = true;
        let all = waiting.sleepers.len() + waiting.awake;
        self.wake(waiting, all);
    }

    fn wake(&self, mut waiting: MutexGuard<'_, Waiting>, wanted: usize) {
        let missing = wanted.saturating_sub(waiting.awake);
        let keep = waiting.sleepers.len().saturating_sub(missing);
        let woken = waiting.sleepers.split_off(keep);
        // Counted by whoever wakes them, so that the next one does not wake more.
        waiting.awake += woken.len();
        drop(waiting);
        for Sleeper { thread, woken } in woken {
            woken.store(true, Ordering::Release);
            thread.unpark();
        }
    }

    fn pop(&self) -> Option<Start> {
        let mut waiting = self.lock();
        self.take(&mut waiting)
    }

    /// Sleeps until there is a run. `None`: the engine was closed.
    fn pop_or_sleep(&self) -> Option<Start> {
        loop {
            let mut waiting = self.lock();
            if waiting.closed {
                return None;
            }
            if let Some(start) = self.take(&mut waiting) {
                return Some(start);
            }
            let woken = Arc::new(AtomicBool::new(false));
            waiting.awake -= 1;
            waiting.sleepers.push(Sleeper {
                thread: std::thread::current(),
                woken: Arc::clone(&woken),
            });
            drop(waiting);
            // Parking may end for no reason.
            while !woken.load(Ordering::Acquire) {
                std::thread::park();
            }
        }
    }

    fn take(&self, waiting: &mut Waiting) -> Option<Start> {
        let start = waiting.starts.pop_front();
        self.length.store(waiting.starts.len(), Ordering::Release);
        start
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts the lanes of an engine. They end when it is closed.
pub fn open(shared: &Arc<Shared>) -> std::io::Result<()> {
    for index in 0..shared.lanes.count {
        let (lanes, weak) = (Arc::clone(&shared.lanes), Arc::downgrade(shared));
        let threads = shared.threads.clone();
        std::thread::Builder::new()
            .name(format!("wasmwhisk-run-{index}"))
            .spawn(move || {
                // Guests use timers and sockets of the runtime.
                let _context = threads.enter();
                serve(&lanes, &weak);
            })?;
    }
    Ok(())
}

fn serve(lanes: &Lanes, weak: &Weak<Shared>) {
    while let Some(start) = lanes
        .pop()
        .or_else(|| linger(lanes))
        .or_else(|| lanes.pop_or_sleep())
    {
        let Some(shared) = weak.upgrade() else { return };
        drive(&shared, start);
    }
}

fn drive(shared: &Arc<Shared>, start: Start) {
    // A panic is a fault of ours or of the engine; its run is answered by `Drop`, and the lane goes on.
    let driven = std::panic::catch_unwind(AssertUnwindSafe(|| {
        let mut task = RunTask::new(Arc::clone(shared), start);
        // Whoever goes on is polled again by its own task, which then is woken.
        let mut context = Context::from_waker(Waker::noop());
        let ended = Pin::new(&mut task).poll(&mut context).is_ready();
        (!ended).then_some(task)
    }));
    if let Ok(Some(task)) = driven {
        shared.threads.spawn(task);
    }
}

fn linger(lanes: &Lanes) -> Option<Start> {
    let began = Instant::now();
    while began.elapsed() < LINGER {
        if lanes.length.load(Ordering::Acquire) > 0 {
            return lanes.pop();
        }
        std::thread::yield_now();
    }
    None
}
