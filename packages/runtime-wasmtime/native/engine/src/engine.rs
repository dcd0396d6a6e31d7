//! The engine: one configuration of Wasmtime, its threads, and the runs on them.

use crate::container::Container;
use crate::failure::Failure;
use crate::guest_store::{ComponentStore, ModuleStore};
use crate::lanes::{self, Lanes};
use crate::outbox::{EVENT_BYTES, Event, Outbox, Usage};
use crate::preemption::Ticks;
use crate::run_state::{End, RunState};
use crate::run_task::GuestFuture;
use crate::runs::Runs;
use crate::settings::EngineSettings;
use crate::streams::Inbox;
use crate::ticker::{self, Alarm};
use crate::turns::{Admission, Newcomer, TurnCounts, Turns};
use crate::wasm_config;
use bytes::Bytes;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::runtime::{Handle, Runtime};
use wasmtime::Linker;
use wasmtime::component::Linker as ComponentLinker;
use wasmwhisk_code_cache::CodeCache;

/// What an activation brings.
pub struct RunRequest {
    /// Number of the run, chosen by the caller and unique among the runs in progress.
    pub id: u64,
    /// The arguments, JSON in UTF-8.
    pub input: Vec<u8>,
    /// Name and value, the same for all runs of a container.
    pub shared_environment: Arc<Vec<(String, String)>>,
    /// Name and value of this run; they win, and so do later entries.
    pub environment: Vec<(String, String)>,
    /// Time until it has to end. Not positive: it does not begin.
    pub time_left: Duration,
    /// Whose run it is.
    pub unit: u64,
    /// Output beyond it is dropped.
    pub log_bytes_max: u64,
}

/// What a plain command brings.
pub struct CommandRequest {
    /// Number of the run.
    pub id: u64,
    /// argv, the program's name first.
    pub args: Vec<String>,
    /// Name and value; later entries win.
    pub environment: Vec<(String, String)>,
}

/// A run on its way to its first turn.
pub struct Start {
    pub(crate) state: Arc<RunState>,
    pub(crate) work: Work,
    pub(crate) arrived: Instant,
}

/// What a run is to do.
pub enum Work {
    /// An activation.
    Activation(Arc<Container>, RunRequest),
    /// A plain command.
    Command(Arc<Container>, CommandRequest, Arc<Inbox>),
}

impl Newcomer for Start {
    fn state(&self) -> &Arc<RunState> {
        &self.state
    }
}

impl Work {
    /// Makes the guest. Nothing of it runs before it is polled.
    pub(crate) fn into_guest(self, shared: &Arc<Shared>, state: &Arc<RunState>) -> GuestFuture {
        match self {
            Work::Activation(container, request) => container.run(shared, state, request),
            Work::Command(container, request, inbox) => {
                container.run_command(shared, state, request, &inbox)
            }
        }
    }
}

/// What all threads of an engine share.
pub struct Shared {
    pub(crate) wasm: wasmtime::Engine,
    module_linker: Linker<ModuleStore>,
    component_linker: ComponentLinker<ComponentStore>,
    guarded_module_linker: Linker<ModuleStore>,
    guarded_component_linker: ComponentLinker<ComponentStore>,
    pub(crate) settings: EngineSettings,
    pub(crate) lanes: Arc<Lanes>,
    pub(crate) turns: Turns<Start>,
    pub(crate) runs: Runs,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) alarm: Arc<Alarm>,
    pub(crate) ticks: Arc<Ticks>,
    pub(crate) cache: Option<CodeCache>,
    pub(crate) inboxes: Mutex<HashMap<u64, Arc<Inbox>>>,
    pub(crate) threads: Handle,
    started: Instant,
    waiting_bytes: AtomicU64,
    waiting_runs: AtomicUsize,
}

/// Numbers for metrics.
#[derive(Clone, Copy, Debug, Default)]
pub struct EngineStatus {
    /// Turns and runs.
    pub turns: TurnCounts,
    /// Runs that wait in a host call.
    pub waiting: usize,
}

/// The engine. Dropping it ends its threads; runs in progress are answered as shutting down by [`Engine::close`].
pub struct Engine {
    shared: Arc<Shared>,
    threads: Mutex<Option<Runtime>>,
}

impl Engine {
    /// Makes an engine. `wake` is called from any thread when [`Engine::take_events`] has something.
    ///
    /// The second value tells what could not be had and is done without.
    pub fn new(
        settings: EngineSettings,
        wake: Box<dyn Fn() + Send + Sync>,
    ) -> Result<(Engine, Vec<String>), Failure> {
        let mut warnings = Vec::new();
        let wasm = wasm_config::create_engine(&settings, &mut warnings)?;
        let threads = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(settings.threads + 1)
            .thread_name("wasmwhisk-guest")
            .max_blocking_threads(16)
            // Timers and sockets are looked at this often although all threads compute.
            .event_interval(8)
            .enable_all()
            .build()
            .map_err(|error| Failure::internal(format!("Threads cannot be started: {error}.")))?;
        let cache = settings
            .code_cache
            .as_ref()
            .and_then(|(folder, bytes_max)| {
                CodeCache::open(folder, *bytes_max)
                    .map_err(|error| warnings.push(format!("The code cache is not used: {error}")))
                    .ok()
            });
        let lanes = Arc::new(Lanes::new(settings.threads + 1));
        let module_linker = wasm_config::module_linker(&wasm)?;
        let component_linker = wasm_config::component_linker(&wasm)?;
        let shared = Arc::new(Shared {
            guarded_module_linker: wasm_config::guarded_module_linker(&module_linker)?,
            guarded_component_linker: wasm_config::guarded_component_linker(&component_linker)?,
            module_linker,
            component_linker,
            turns: Turns::new(
                settings.threads,
                settings.runs_max,
                settings.queue_size_max,
                {
                    let lanes = Arc::clone(&lanes);
                    Box::new(move |start| lanes.push(start))
                },
            ),
            lanes,
            runs: Runs::default(),
            outbox: Arc::new(Outbox::new(wake)),
            alarm: Arc::default(),
            ticks: Arc::default(),
            cache,
            inboxes: Mutex::default(),
            threads: threads.handle().clone(),
            started: Instant::now(),
            waiting_bytes: AtomicU64::new(0),
            waiting_runs: AtomicUsize::new(0),
            wasm,
            settings,
        });
        lanes::open(&shared)
            .and_then(|()| ticker::start(&shared))
            .map_err(|error| Failure::internal(format!("Threads cannot be started: {error}.")))?;
        let engine = Engine {
            shared,
            threads: Mutex::new(Some(threads)),
        };
        Ok((engine, warnings))
    }

    /// Shared state, for compiling on other threads.
    pub fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Begins a run, or puts it into the line. Its answer comes as an event, whatever happens.
    pub fn start(&self, container: &Arc<Container>, request: RunRequest) {
        let now_ms = self.shared.now_ms();
        let time_left_ms = u64::try_from(request.time_left.as_millis()).unwrap_or(u64::MAX);
        let state = Arc::new(RunState::new(
            request.id,
            request.unit,
            now_ms.saturating_add(time_left_ms),
            request.log_bytes_max,
        ));
        self.launch(state, Work::Activation(Arc::clone(container), request));
    }

    /// Runs a plain command. Its streams come as events and by [`Engine::give_input`].
    pub fn start_command(&self, container: &Arc<Container>, request: CommandRequest) {
        let state = Arc::new(RunState::new(request.id, 0, u64::MAX, u64::MAX));
        let inbox: Arc<Inbox> = Arc::default();
        self.inboxes().insert(request.id, Arc::clone(&inbox));
        self.launch(state, Work::Command(Arc::clone(container), request, inbox));
    }

    /// Gives a plain command input that it asked for; nothing is the end.
    pub fn give_input(&self, run: u64, bytes: Bytes) {
        let inbox = self.inboxes().get(&run).cloned();
        if let Some(inbox) = inbox {
            inbox.give(bytes);
        }
    }

    /// Ends a run. It is answered as aborted within milliseconds.
    pub fn abort(&self, run: u64) {
        if let Some(state) = self.shared.runs.get(run) {
            state.request_end(End::Aborted, self.shared.now_ms());
        }
    }

    /// What has happened since the last call, in order.
    pub fn take_events(&self) -> Vec<Event> {
        let events = self.shared.outbox.take();
        for event in &events {
            if let Event::Done { run, .. } = event {
                let mut inboxes = self.inboxes();
                if !inboxes.is_empty() {
                    inboxes.remove(run);
                }
            }
        }
        events
    }

    /// Numbers for metrics.
    pub fn status(&self) -> EngineStatus {
        EngineStatus {
            turns: self.shared.turns.counts(),
            waiting: self.shared.waiting_runs.load(Ordering::Relaxed),
        }
    }

    /// Ends all runs and, when they have ended, the threads. Waits for at most `patience`. Idempotent.
    pub fn close(&self, patience: Duration) {
        let threads = self
            .threads
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(threads) = threads else { return };
        let until = Instant::now() + patience;
        loop {
            // Again and again: one may have begun meanwhile.
            for run in self.shared.runs.select(|run| run.end().is_none()) {
                run.request_end(End::ShuttingDown, self.shared.now_ms());
            }
            if self.shared.runs.is_empty() || Instant::now() >= until {
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        self.shared.alarm.ring();
        self.shared.lanes.close();
        threads.shutdown_background();
    }

    fn launch(&self, state: Arc<RunState>, work: Work) {
        let shared = &self.shared;
        shared.runs.insert(&state);
        shared.alarm.ring();
        let start = Start {
            state: Arc::clone(&state),
            work,
            arrived: Instant::now(),
        };
        match shared.turns.admit(start) {
            Admission::Begun | Admission::Queued => {}
            Admission::Refused => shared.refuse(&state),
            Admission::Replaced(other) => shared.refuse(&other),
        }
    }

    fn inboxes(&self) -> std::sync::MutexGuard<'_, HashMap<u64, Arc<Inbox>>> {
        self.shared
            .inboxes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.close(Duration::ZERO);
    }
}

impl Shared {
    /// What modules may import; `guarded`: they have directories.
    pub(crate) fn module_linker(&self, guarded: bool) -> &Linker<ModuleStore> {
        if guarded {
            &self.guarded_module_linker
        } else {
            &self.module_linker
        }
    }

    /// What components may import; `guarded`: they have directories.
    pub(crate) fn component_linker(&self, guarded: bool) -> &ComponentLinker<ComponentStore> {
        if guarded {
            &self.guarded_component_linker
        } else {
            &self.component_linker
        }
    }

    /// The main thread has handled events of output of a run, with so many bytes together. Only now may
    /// its guest write as much again.
    pub fn output_handled(&self, run: u64, events: usize, bytes: usize) {
        if let Some(run) = self.runs.get(run) {
            run.log_unread
                .fetch_sub(bytes + events * EVENT_BYTES, Ordering::AcqRel);
            run.log_waker.wake();
        }
    }

    /// Milliseconds of the engine's own clock.
    pub(crate) fn now_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn refuse(&self, state: &RunState) {
        self.runs.remove(state.id);
        if state.claim_answer() {
            self.outbox.push(Event::Done {
                run: state.id,
                result: Err(Box::new(Failure::new(
                    "WW_ERR_RUNTIME_SATURATED",
                    format!(
                        "Too many runs are waiting to begin; the limit is {}.",
                        self.settings.queue_size_max
                    ),
                ))),
                usage: Usage::default(),
            });
        }
    }

    /// A run went to wait or came back: it held `before` and holds `after` bytes while it waits.
    pub(crate) fn note_waiting_memory(&self, before: u64, after: u64, run: &RunState) {
        if before == 0 {
            self.waiting_runs.fetch_add(1, Ordering::Relaxed);
        } else if after == 0 {
            self.waiting_runs.fetch_sub(1, Ordering::Relaxed);
        }
        let sum = if after >= before {
            let growth = after - before;
            self.waiting_bytes.fetch_add(growth, Ordering::Relaxed) + growth
        } else {
            self.waiting_bytes
                .fetch_sub(before - after, Ordering::Relaxed);
            return;
        };
        if sum > self.settings.waiting_memory_bytes_max {
            self.end_largest_waiting(run);
        }
    }

    /// The unit of trust that holds most loses its largest run.
    fn end_largest_waiting(&self, newest: &RunState) {
        use crate::run_state::Phase;
        let waiting = self.runs.select(|run| {
            run.end().is_none() && (run.phase() == Phase::Waiting || run.id == newest.id)
        });
        // Runs that were ended before are still counted until they have unwound.
        let held: u64 = waiting
            .iter()
            .map(|run| run.memory_bytes.load(Ordering::Relaxed))
            .sum();
        if held <= self.settings.waiting_memory_bytes_max {
            return;
        }
        let mut by_unit: HashMap<u64, u64> = HashMap::new();
        for run in &waiting {
            *by_unit.entry(run.unit).or_default() += run.memory_bytes.load(Ordering::Relaxed);
        }
        let Some((unit, _)) = by_unit.into_iter().max_by_key(|(_, bytes)| *bytes) else {
            return;
        };
        let largest = waiting
            .iter()
            .filter(|run| run.unit == unit)
            .max_by_key(|run| run.memory_bytes.load(Ordering::Relaxed));
        if let Some(run) = largest {
            run.request_end(End::WaitingMemory, self.now_ms());
        }
    }
}
