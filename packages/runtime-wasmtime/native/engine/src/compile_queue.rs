//! Compilations on threads of their own, bounded and of lower priority than guests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};

/// How much lower: a compilation gets about a third of what a guest gets on a busy processor.
#[cfg(target_os = "linux")]
const NICE: i32 = 5;

type Job = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Job>,
    threads: usize,
}

/// Runs at most so many jobs at once, in the order of their arrival. A job that was taken is run, also
/// when the engine is closed meanwhile: somebody waits for what comes of it.
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

    /// Runs `job` when it is its turn. An error: no thread can be started, and the job was dropped.
    pub fn run(&self, job: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
        let mut queue = lock(&self.queue);
        queue.jobs.push_back(Box::new(job));
        if queue.threads >= self.jobs_max {
            return Ok(());
        }
        queue.threads += 1;
        drop(queue);
        let shared = Arc::clone(&self.queue);
        // A thread for as long as there are jobs: priority is a thread's, and all others are guests'.
        let spawned = std::thread::Builder::new()
            .name("wasmwhisk-compile".to_owned())
            .spawn(move || work(&shared));
        spawned.map(drop).inspect_err(|_| {
            let mut queue = lock(&self.queue);
            queue.threads -= 1;
            if queue.threads == 0 {
                queue.jobs.clear();
            }
        })
    }
}

fn work(queue: &Mutex<Queue>) {
    lower_this_thread();
    loop {
        let job = {
            let mut queue = lock(queue);
            let job = queue.jobs.pop_front();
            if job.is_none() {
                queue.threads -= 1;
            }
            job
        };
        match job {
            Some(job) => job(),
            None => return,
        }
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
    use super::CompileQueue;
    use std::sync::mpsc::channel;

    #[test]
    fn runs_jobs_in_order_and_so_many_at_once() {
        let queue = CompileQueue::new(1);
        let (sender, receiver) = channel();
        let (go, wait) = channel::<()>();
        let first = sender.clone();
        let job = move || {
            wait.recv().expect("the test lets it go");
            first.send(1).expect("the test listens");
        };
        queue.run(job).expect("a thread");
        for number in 2..5 {
            let sender = sender.clone();
            let job = move || sender.send(number).expect("the test listens");
            queue.run(job).expect("a thread");
        }
        assert!(receiver.try_recv().is_err());
        go.send(()).expect("the first job waits");
        let order: Vec<i32> = (0..4)
            .map(|_| receiver.recv().expect("every job runs"))
            .collect();
        assert_eq!(order, [1, 2, 3, 4]);
    }

    #[test]
    fn runs_what_it_took_after_it_is_gone() {
        let (sender, receiver) = channel();
        let queue = CompileQueue::new(2);
        for number in 0..8 {
            let sender = sender.clone();
            let job = move || sender.send(number).expect("the test listens");
            queue.run(job).expect("a thread");
        }
        drop((queue, sender));
        let mut all: Vec<i32> = receiver.iter().collect();
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 3, 4, 5, 6, 7]);
    }
}
