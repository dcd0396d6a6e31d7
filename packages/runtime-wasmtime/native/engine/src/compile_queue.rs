//! Compilations on threads of their own, bounded and of lower priority than guests.

use crate::engine::Shared;
use std::sync::{Arc, Once};
use tokio::sync::Semaphore;

/// How much lower: a compilation gets about a third of what a guest gets on a busy processor.
#[cfg(unix)]
const NICE: i32 = 5;

/// Runs at most so many jobs at once, in the order of their arrival.
pub struct CompileQueue {
    places: Arc<Semaphore>,
}

impl CompileQueue {
    /// A queue for an engine.
    pub fn new(jobs_max: usize) -> CompileQueue {
        lower_compiler_threads();
        CompileQueue {
            places: Arc::new(Semaphore::new(jobs_max)),
        }
    }

    /// Runs `job` when it is its turn.
    pub fn run(&self, shared: &Arc<Shared>, job: impl FnOnce(&Shared) + Send + 'static) {
        let places = Arc::clone(&self.places);
        let shared = Arc::clone(shared);
        let threads = shared.threads.clone();
        threads.spawn(async move {
            // The semaphore is never closed.
            let Ok(place) = places.acquire_owned().await else {
                return;
            };
            // A thread that was started for this: priority is a thread's, and the runtime's own are guests'.
            let spawned = std::thread::Builder::new()
                .name("wasmwhisk-compile".to_owned())
                .spawn(move || {
                    lower_this_thread();
                    job(&shared);
                    drop(place);
                });
            // Without a thread the job is dropped, which its owner sees.
            drop(spawned);
        });
    }
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

#[cfg(unix)]
fn lower_this_thread() {
    // On Linux this is the calling thread's priority alone. Without it compilations are only less polite.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, NICE);
}

#[cfg(not(unix))]
fn lower_this_thread() {}
