//! Compilations on threads of their own, bounded and of lower priority than guests, small ones first.

use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use std::time::{Duration, Instant};

/// How much lower: a compilation gets about a third of what a guest gets on a busy processor.
#[cfg(target_os = "linux")]
const NICE: i32 = 5;

/// A job of at most so many bytes has a thread that larger ones never take: it compiles in well under a
/// second, and the larger ones in up to a minute.
const SMALL_BYTES_MAX: usize = 512 * 1024;
/// About what a byte takes to compile. A job may be overtaken for as long as it will take itself.
const TIME_PER_BYTE: Duration = Duration::from_micros(1);

/// A compilation.
type Work = Box<dyn FnOnce() + Send>;

struct Job {
    work: Work,
    is_small: bool,
    /// Jobs are taken in this order: that of their arrival, later by what they will take.
    due: Instant,
}

#[derive(Default)]
struct Queue {
    jobs: Vec<Job>,
    /// Threads that take any job.
    threads: usize,
    /// The thread that takes small jobs only is there.
    has_small_thread: bool,
}

impl Queue {
    fn take(&mut self, only_small: bool) -> Option<Job> {
        let next = self
            .jobs
            .iter()
            .enumerate()
            .filter(|(_, job)| job.is_small || !only_small)
            .min_by_key(|(_, job)| job.due)?;
        let index = next.0;
        Some(self.jobs.remove(index))
    }
}

/// Runs at most so many jobs at once, and one small one more. A job that was taken is run, also when the
/// engine is closed meanwhile: somebody waits for what comes of it.
pub struct CompileQueue {
    jobs_max: usize,
    queue: Arc<Mutex<Queue>>,
}

impl CompileQueue {
    /// A queue for an engine.
    pub fn new(jobs_max: usize) -> CompileQueue {
        lower_compiler_threads();
        CompileQueue {
            jobs_max,
            queue: Arc::default(),
        }
    }

    /// Runs `work` when it is its turn; `bytes` is the length of what it compiles. An error: no thread can
    /// be started, and the work was dropped.
    pub fn run(&self, bytes: usize, work: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
        let is_small = bytes <= SMALL_BYTES_MAX;
        let takes = TIME_PER_BYTE.saturating_mul(u32::try_from(bytes).unwrap_or(u32::MAX));
        let mut queue = lock(&self.queue);
        queue.jobs.push(Job {
            work: Box::new(work),
            is_small,
            due: Instant::now() + takes,
        });
        // A thread for as long as there are jobs: priority is a thread's, and all others are guests'.
        if queue.threads < self.jobs_max {
            queue.threads += 1;
            drop(queue);
            self.spawn(false)
        } else if is_small && !queue.has_small_thread {
            queue.has_small_thread = true;
            drop(queue);
            // The others will come to it where this one cannot be started.
            let _ = self.spawn(true);
            Ok(())
        } else {
            Ok(())
        }
    }

    fn spawn(&self, only_small: bool) -> std::io::Result<()> {
        let shared = Arc::clone(&self.queue);
        let spawned = std::thread::Builder::new()
            .name("wasmwhisk-compile".to_owned())
            .spawn(move || work(&shared, only_small));
        spawned.map(drop).inspect_err(|_| {
            let mut queue = lock(&self.queue);
            if only_small {
                queue.has_small_thread = false;
            } else {
                queue.threads -= 1;
            }
            if queue.threads == 0 && !queue.has_small_thread {
                queue.jobs.clear();
            }
        })
    }
}

fn work(queue: &Mutex<Queue>, only_small: bool) {
    lower_this_thread();
    loop {
        let job = {
            let mut queue = lock(queue);
            let job = queue.take(only_small);
            match (&job, only_small) {
                (None, true) => queue.has_small_thread = false,
                (None, false) => queue.threads -= 1,
                (Some(_), _) => {}
            }
            job
        };
        match job {
            // Functions of a large job are before those of a small one in the compiler's own threads, so
            // a small one is compiled by a thread that it has for itself.
            Some(job) if job.is_small => compile_alone(job.work),
            Some(job) => (job.work)(),
            None => return,
        }
    }
}

fn compile_alone(work: Work) {
    let alone = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .thread_name(|_| "wasmwhisk-cranelift-small".to_owned())
        .start_handler(|_| lower_this_thread())
        .build();
    match alone {
        Ok(pool) => pool.install(work),
        // Slower beside a large job, and no different otherwise.
        Err(_) => work(),
    }
}

fn lock(queue: &Mutex<Queue>) -> MutexGuard<'_, Queue> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Wasmtime compiles functions in parallel on rayon's threads.
fn lower_compiler_threads() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Fails where something else in the process has made them: then they keep their priority.
        let _ = rayon::ThreadPoolBuilder::new()
            .thread_name(|index| format!("wasmwhisk-cranelift-{index}"))
            .start_handler(|_| lower_this_thread())
            .build_global();
    });
}

/// On Linux this is the calling thread's priority alone. Without it compilations are only less polite.
fn lower_this_thread() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, NICE);
}

#[cfg(test)]
mod tests {
    use super::{CompileQueue, SMALL_BYTES_MAX};
    use std::sync::mpsc::{Receiver, Sender, channel};

    const LARGE: usize = 20 * SMALL_BYTES_MAX;

    fn say(sender: &Sender<usize>, number: usize) -> impl FnOnce() + Send + 'static {
        let sender = sender.clone();
        move || sender.send(number).expect("the test listens")
    }

    /// Holds a thread until the test lets it go.
    fn hold(queue: &CompileQueue, bytes: usize) -> Sender<()> {
        let (go, wait) = channel::<()>();
        let (begun, begins) = channel();
        let job = move || {
            begun.send(()).expect("the test listens");
            wait.recv().expect("the test lets it go");
        };
        queue.run(bytes, job).expect("a thread");
        begins.recv().expect("it begins");
        go
    }

    fn received(receiver: &Receiver<usize>, count: usize) -> Vec<usize> {
        (0..count)
            .map(|_| receiver.recv().expect("every job runs"))
            .collect()
    }

    #[test]
    fn runs_jobs_of_one_size_in_order_and_so_many_at_once() {
        let queue = CompileQueue::new(1);
        let (sender, receiver) = channel();
        let go = hold(&queue, LARGE);
        for number in 1..5 {
            queue.run(LARGE, say(&sender, number)).expect("a thread");
        }
        assert!(receiver.try_recv().is_err());
        go.send(()).expect("the first job waits");
        assert_eq!(received(&receiver, 4), [1, 2, 3, 4]);
    }

    #[test]
    fn runs_a_small_job_beside_large_ones() {
        let queue = CompileQueue::new(1);
        let (sender, receiver) = channel();
        let go = hold(&queue, LARGE);
        queue.run(LARGE, say(&sender, 1)).expect("a thread");
        queue.run(1_000, say(&sender, 2)).expect("a thread");
        assert_eq!(received(&receiver, 1), [2]);
        go.send(()).expect("the first job waits");
        assert_eq!(received(&receiver, 1), [1]);
    }

    #[test]
    fn runs_a_large_job_after_smaller_ones_that_come_soon_after_it() {
        let queue = CompileQueue::new(1);
        let (sender, receiver) = channel();
        let go = hold(&queue, LARGE);
        for (number, bytes) in [LARGE, LARGE / 2, LARGE / 4].into_iter().enumerate() {
            queue.run(bytes, say(&sender, number)).expect("a thread");
        }
        go.send(()).expect("the first job waits");
        assert_eq!(received(&receiver, 3), [2, 1, 0]);
    }

    #[test]
    fn runs_what_it_took_after_it_is_gone() {
        let (sender, receiver) = channel();
        let queue = CompileQueue::new(2);
        for number in 0..8 {
            queue.run(1_000, say(&sender, number)).expect("a thread");
        }
        drop((queue, sender));
        let mut all: Vec<usize> = receiver.iter().collect();
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 3, 4, 5, 6, 7]);
    }
}
