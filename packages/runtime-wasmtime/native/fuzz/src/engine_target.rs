//! The real engine, with many runs on their way at once.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use wasmparser::{ExternalKind, Parser, Payload};
use wasmwhisk_engine::{
    Code, Container, ContainerSettings, Directory, Engine, EngineSettings, Failure, Format,
    GuestInterface, RunLimits, RunRequest, compile,
};
use wasmwhisk_guest_io::scan_json;

use crate::board::{Arrival, Bell, Board, Reply};
use crate::health;
use crate::module::Case;
use crate::panics;
use crate::target::{Outcome, Target, Tried};
use crate::witness::Witness;

/// Modules on their way at once; each is run twice.
const OPEN_MAX: usize = 8;
const RUNS_PER_MODULE: u64 = 2;

/// Of so many modules, one is given a directory to write to.
const DIRECTORY_EVERY: u64 = 3;
/// Of so many modules, the second run of one is aborted as soon as it has begun.
const ABORT_EVERY: u64 = 16;
/// A well-behaved run comes after so many modules; the engine has to come to rest after so many.
const HEALTH_EVERY: u64 = 100;
const REST_EVERY: u64 = 1_000;

const RESULT_BYTES_MAX: usize = 64 << 10;
const LOG_BYTES_MAX: u64 = 64 << 10;
const DIRECTORY_BYTES_MAX: u64 = 1 << 20;
/// What the pool keeps mapped, code and the generator come to less.
const GROWTH_BYTES_MAX: u64 = 512 << 20;

/// A run that was not answered after this time never will be.
const LOST_AFTER: Duration = Duration::from_secs(10);
const REST_WITHIN: Duration = Duration::from_secs(5);
const HEALTH_DEADLINE: Duration = Duration::from_secs(5);

/// Numbers of well-behaved runs, above those of all others.
const HEALTH_RUNS: u64 = 1 << 62;

/// What a core module can fail with.
const KNOWN_CODES: &[&str] = &[
    "WW_ERR_GUEST_EXIT",
    "WW_ERR_GUEST_EXPORT_MISSING",
    "WW_ERR_GUEST_INPUT",
    "WW_ERR_GUEST_TRAP",
    "WW_ERR_RESULT_INVALID",
    "WW_ERR_RESULT_TOO_LARGE",
    "WW_ERR_RUN_ABORTED",
    "WW_ERR_RUN_MEMORY_LIMIT",
    "WW_ERR_RUN_TIMEOUT",
    "WW_ERR_RUNTIME_SATURATED",
];

/// How strictly the engine is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EngineBounds {
    /// Deadline of each run.
    pub deadline: Duration,
    /// How late the answer may come after it, on a machine that does not stand still meanwhile.
    pub slack: Duration,
    /// Whether fuel is counted.
    pub fuel: bool,
}

impl Default for EngineBounds {
    fn default() -> Self {
        Self {
            deadline: Duration::from_millis(40),
            slack: Duration::from_millis(100),
            fuel: false,
        }
    }
}

/// What was measured on the way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EngineReport {
    /// Runs that were answered, those of the well-behaved guest not counted.
    pub runs: u64,
    /// Those of them that were as late as the machine was, and no fault.
    pub excused: u64,
    /// Failures by code.
    pub codes: BTreeMap<&'static str, u64>,
    /// The longest compilation.
    pub compile_max: Duration,
    /// The longest time from a run's start to its answer.
    pub answer_max: Duration,
    /// Well-behaved runs among the hostile ones.
    pub healthy: u64,
    /// The slowest of them.
    pub healthy_max: Duration,
    /// Resident memory when it was first measured, and the most of later measurements.
    pub resident_bytes: Option<(u64, u64)>,
}

struct OpenModule {
    case: Case,
    runs: u64,
    outcome: Option<Outcome>,
}

/// The engine as a target.
pub struct EngineTarget {
    bounds: EngineBounds,
    engine: Arc<Engine>,
    board: Arc<Board>,
    bell: Arc<Bell>,
    receiver: Option<JoinHandle<()>>,
    echo: Arc<Container>,
    environment: Arc<Vec<(String, String)>>,
    folder: TempDir,
    witness: Witness,
    tried: u64,
    healthy_begun: u64,
    open: HashMap<u64, OpenModule>,
    healthy_open: HashMap<u64, Vec<u8>>,
    faults: Vec<String>,
    report: EngineReport,
}

impl EngineTarget {
    /// Starts an engine. Records the panics of the whole process from now on.
    ///
    /// # Errors
    ///
    /// Fails when the engine, a thread or a temporary directory cannot be had.
    pub fn new(bounds: EngineBounds) -> io::Result<Self> {
        panics::record();
        let bell: Arc<Bell> = Arc::default();
        let settings = EngineSettings {
            threads: 2,
            runs_max: 64,
            queue_size_max: 64,
            waiting_memory_bytes_max: 256 << 20,
            compile_jobs_max: 1,
            fuel: bounds.fuel.then_some(1 << 40),
            code_cache: None,
        };
        let wake = Arc::clone(&bell);
        let (engine, warnings) =
            Engine::new(settings, Box::new(move || wake.ring())).map_err(to_io)?;
        for warning in warnings {
            eprintln!("{warning}");
        }
        let engine = Arc::new(engine);
        let bytes = wat::parse_str(health::ECHO).map_err(io::Error::other)?;
        let code = compile(engine.shared(), &bytes, b"", Format::Module).map_err(to_io)?;
        let settings = container_settings(GuestInterface::Command, "_start", Vec::new());
        let echo = Arc::new(Container::link(engine.shared(), &code, settings).map_err(to_io)?);
        let board: Arc<Board> = Arc::default();
        let receiver = {
            let (board, engine, bell) =
                (Arc::clone(&board), Arc::clone(&engine), Arc::clone(&bell));
            std::thread::Builder::new().spawn(move || board.receive(&engine, &bell))?
        };
        let environment = ["__OW_ACTION_NAME", "__OW_DEADLINE"]
            .map(|name| (name.to_owned(), "some value".to_owned()))
            .to_vec();
        Ok(Self {
            bounds,
            engine,
            board,
            bell,
            receiver: Some(receiver),
            echo,
            environment: Arc::new(environment),
            folder: TempDir::new()?,
            witness: Witness::start()?,
            tried: 0,
            healthy_begun: 0,
            open: HashMap::new(),
            healthy_open: HashMap::new(),
            faults: Vec::new(),
            report: EngineReport::default(),
        })
    }

    /// What was measured so far.
    #[must_use]
    pub fn report(&self) -> &EngineReport {
        &self.report
    }

    fn start(&self, container: &Arc<Container>, run: u64, input: Vec<u8>, deadline: Duration) {
        self.board.expect(run);
        let request = RunRequest {
            id: run,
            input,
            shared_environment: Arc::clone(&self.environment),
            environment: vec![("RUN".to_owned(), run.to_string())],
            time_left: deadline,
            unit: run % 5,
            log_bytes_max: LOG_BYTES_MAX,
        };
        self.engine.start(container, request);
    }

    fn link(&self, index: u64, code: &Code, bytes: &[u8]) -> Result<Arc<Container>, Failure> {
        let (interface, entry) = choose_interface(bytes, index);
        let directories = if index.is_multiple_of(DIRECTORY_EVERY) {
            vec![Directory {
                host_path: self.given_folder(),
                guest_path: "/data".to_owned(),
                writable: true,
                bytes_max: Some(DIRECTORY_BYTES_MAX),
            }]
        } else {
            Vec::new()
        };
        let settings = container_settings(interface, &entry, directories);
        Container::link(self.engine.shared(), code, settings).map(Arc::new)
    }

    fn given_folder(&self) -> PathBuf {
        self.folder.path().join("given")
    }

    fn begin_health(&mut self) {
        self.healthy_begun += 1;
        let run = HEALTH_RUNS + self.healthy_begun;
        let input = health::input(self.healthy_begun);
        self.healthy_open.insert(run, input.clone());
        self.start(&Arc::clone(&self.echo), run, input, HEALTH_DEADLINE);
    }

    /// Takes what arrived, until no more than so many modules are on their way.
    fn collect(&mut self, open_max: usize) -> Vec<Tried> {
        let mut tried = Vec::new();
        loop {
            let is_full =
                self.open.len() > open_max || (open_max == 0 && !self.healthy_open.is_empty());
            let wait = if is_full {
                Duration::from_millis(200)
            } else {
                Duration::ZERO
            };
            for arrival in self.board.take(wait) {
                self.settle(arrival, &mut tried);
            }
            for run in self.board.take_lost(LOST_AFTER) {
                self.settle_lost(run, &mut tried);
            }
            self.faults.extend(self.board.take_strays());
            self.faults.extend(panics::take());
            if !is_full {
                return tried;
            }
        }
    }

    fn settle(&mut self, arrival: Arrival, tried: &mut Vec<Tried>) {
        let Arrival {
            run,
            reply,
            took,
            began,
            output_bytes,
        } = arrival;
        if let Some(input) = self.healthy_open.remove(&run) {
            self.report.healthy += 1;
            self.report.healthy_max = self.report.healthy_max.max(took);
            if reply != Reply::Answer(input) {
                self.faults.push(format!(
                    "a well-behaved guest was answered {reply:?} after {took:?}"
                ));
            }
            return;
        }
        self.report.runs += 1;
        self.report.answer_max = self.report.answer_max.max(took);
        if let Reply::Failure(code, _) = &reply {
            *self.report.codes.entry(code).or_default() += 1;
        }
        let index = run / RUNS_PER_MODULE;
        let is_second = !run.is_multiple_of(RUNS_PER_MODULE);
        let was_aborted = is_second && index.is_multiple_of(ABORT_EVERY);
        let limit = self.bounds.deadline + self.bounds.slack;
        let stalled = if took > limit {
            self.witness.stalled(began, began + took)
        } else {
            Duration::ZERO
        };
        self.report.excused += u64::from(took > limit && took <= limit + stalled);
        let outcome = if took > limit + stalled {
            Outcome::Fault(format!(
                "answered after {took:?}, of which the machine stood still for {stalled:?}: {reply:?}"
            ))
        } else if output_bytes as u64 > LOG_BYTES_MAX + 1 {
            Outcome::Fault(format!("{output_bytes} bytes of log"))
        } else {
            judge(&reply, was_aborted)
        };
        self.note(index, is_second, outcome, tried);
    }

    fn settle_lost(&mut self, run: u64, tried: &mut Vec<Tried>) {
        if self.healthy_open.remove(&run).is_some() {
            self.faults
                .push("a well-behaved guest was never answered".to_owned());
            return;
        }
        let outcome = Outcome::Fault("never answered".to_owned());
        let is_second = !run.is_multiple_of(RUNS_PER_MODULE);
        self.note(run / RUNS_PER_MODULE, is_second, outcome, tried);
    }

    /// The first run decides, unless the second is a finding.
    fn note(&mut self, index: u64, is_second: bool, outcome: Outcome, tried: &mut Vec<Tried>) {
        let Some(module) = self.open.get_mut(&index) else {
            self.faults
                .push(format!("an answer for module {index}, which is over"));
            return;
        };
        let decides = match module.outcome {
            None => true,
            Some(Outcome::Fault(_)) => false,
            Some(_) => !is_second || matches!(outcome, Outcome::Fault(_)),
        };
        if decides {
            module.outcome = Some(outcome);
        }
        module.runs -= 1;
        if module.runs == 0
            && let Some(OpenModule {
                case,
                outcome: Some(outcome),
                ..
            }) = self.open.remove(&index)
        {
            tried.push(Tried {
                index,
                shape: case.shape,
                outcome,
            });
        }
    }

    /// Nothing is on its way any more: all counters have to say so, and memory must not have grown for ever.
    fn assert_rest(&mut self) {
        let began = Instant::now();
        loop {
            let status = self.engine.status();
            let turns = status.turns;
            let sum = turns.computing + turns.running + turns.queued + status.waiting;
            if sum == 0 {
                break;
            }
            if began.elapsed() > REST_WITHIN {
                self.faults
                    .push(format!("without runs the engine counts {status:?}"));
                break;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        let given = self.given_folder();
        let held = bytes_in(&given);
        if held > DIRECTORY_BYTES_MAX {
            self.faults
                .push(format!("the directory holds {held} bytes"));
        }
        let Some(now) = resident_bytes() else { return };
        let (first, most) = self.report.resident_bytes.unwrap_or((now, now));
        self.report.resident_bytes = Some((first, most.max(now)));
        if now > first + GROWTH_BYTES_MAX {
            self.faults
                .push(format!("resident memory grew from {first} to {now} bytes"));
        }
    }

    /// What guests left is no longer used by anyone.
    fn renew_folder(&mut self) {
        let given = self.given_folder();
        let removed = if given.exists() {
            fs::remove_dir_all(&given)
        } else {
            Ok(())
        };
        if let Err(error) = removed.and_then(|()| fs::create_dir(&given)) {
            self.faults.push(format!(
                "the guests' directory cannot be made anew: {error}"
            ));
        }
    }

    fn rest(&mut self) -> Vec<Tried> {
        let tried = self.collect(0);
        self.assert_rest();
        self.renew_folder();
        tried
    }
}

impl Target for EngineTarget {
    fn try_module(&mut self, index: u64, case: Case) -> Vec<Tried> {
        let mut tried = if self.tried.is_multiple_of(REST_EVERY) {
            self.rest()
        } else {
            self.collect(OPEN_MAX - 1)
        };
        self.tried += 1;
        let shape = case.shape;
        let began = Instant::now();
        let code = compile(self.engine.shared(), &case.bytes, b"", Format::Module);
        self.report.compile_max = self.report.compile_max.max(began.elapsed());
        let container = code
            .map_err(|failure| (Outcome::Refused, failure))
            .and_then(|code| {
                self.link(index, &code, &case.bytes)
                    .map_err(|failure| (Outcome::NotStarted, failure))
            });
        match container {
            Ok(container) => {
                let input = case.input.clone();
                let module = OpenModule {
                    case,
                    runs: RUNS_PER_MODULE,
                    outcome: None,
                };
                self.open.insert(index, module);
                for number in 0..RUNS_PER_MODULE {
                    let run = index * RUNS_PER_MODULE + number;
                    self.start(&container, run, input.clone(), self.bounds.deadline);
                    if number > 0 && index.is_multiple_of(ABORT_EVERY) {
                        self.engine.abort(run);
                    }
                }
            }
            Err((outcome, failure)) => {
                *self.report.codes.entry(failure.code).or_default() += 1;
                let is_known = match outcome {
                    Outcome::Refused => failure.code == "WW_ERR_GUEST_COMPILE",
                    _ => ["WW_ERR_GUEST_LINK", "WW_ERR_RUN_MEMORY_LIMIT"].contains(&failure.code),
                };
                let outcome = if is_known {
                    outcome
                } else {
                    Outcome::Fault(format!("{}: {}", failure.code, failure.message))
                };
                tried.push(Tried {
                    index,
                    shape,
                    outcome,
                });
            }
        }
        if self.tried.is_multiple_of(HEALTH_EVERY) {
            self.begin_health();
        }
        tried
    }

    fn finish(&mut self) -> Vec<Tried> {
        self.begin_health();
        self.rest()
    }

    fn take_faults(&mut self) -> Vec<String> {
        std::mem::take(&mut self.faults)
    }
}

impl Drop for EngineTarget {
    fn drop(&mut self) {
        self.engine.close(Duration::from_secs(2));
        self.board.close();
        self.bell.ring();
        if let Some(receiver) = self.receiver.take() {
            // Its panic was recorded where it happened.
            let _ = receiver.join();
        }
    }
}

fn judge(reply: &Reply, was_aborted: bool) -> Outcome {
    match reply {
        Reply::Answer(json) if json.len() > RESULT_BYTES_MAX => {
            Outcome::Fault(format!("a result of {} bytes", json.len()))
        }
        Reply::Answer(json) if scan_json(json).is_err() => {
            Outcome::Fault("a result that is no JSON".to_owned())
        }
        Reply::Answer(_) => Outcome::Ended,
        Reply::Exit => Outcome::Fault("an exit code as an answer".to_owned()),
        Reply::Failure(code, text) => match *code {
            _ if !KNOWN_CODES.contains(code) => Outcome::Fault(format!("{code}: {text}")),
            "WW_ERR_RUN_ABORTED" if !was_aborted => {
                Outcome::Fault("aborted, and nobody asked for it".to_owned())
            }
            "WW_ERR_GUEST_TRAP" => Outcome::Trapped,
            "WW_ERR_RUN_ABORTED" | "WW_ERR_RUN_TIMEOUT" | "WW_ERR_RUN_MEMORY_LIMIT" => {
                Outcome::Stopped
            }
            "WW_ERR_GUEST_EXPORT_MISSING" | "WW_ERR_RUNTIME_SATURATED" => Outcome::NotStarted,
            _ => Outcome::Ended,
        },
    }
}

fn container_settings(
    interface: GuestInterface,
    entry: &str,
    directories: Vec<Directory>,
) -> ContainerSettings {
    ContainerSettings {
        interface,
        entry: entry.to_owned(),
        limits: RunLimits {
            memory_bytes: 16 << 20,
            table_elements: 10_000,
            result_bytes: RESULT_BYTES_MAX,
        },
        directories,
        http_hosts: Vec::new(),
    }
}

/// The interface by what the module exports, as whoever describes an artifact would.
fn choose_interface(bytes: &[u8], index: u64) -> (GuestInterface, String) {
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(bytes) {
        // It was compiled: whatever cannot be read here is no export.
        let Ok(Payload::ExportSection(exports)) = payload else {
            continue;
        };
        for export in exports.into_iter().flatten() {
            if export.kind == ExternalKind::Func {
                names.push(export.name.to_owned());
            }
        }
    }
    let has = |name: &str| names.iter().any(|other| other == name);
    let start = "_start".to_owned();
    if has("set_input") {
        (GuestInterface::BufferSecond, start)
    } else if has("wasm_memory_buffer_allocate_space") {
        (GuestInterface::Buffer, start)
    } else if has("_start") || names.is_empty() {
        (GuestInterface::Command, start)
    } else {
        let at = (index % names.len() as u64) as usize;
        (GuestInterface::Numeric, names.swap_remove(at))
    }
}

fn to_io(failure: Failure) -> io::Error {
    io::Error::other(format!("{}: {}", failure.code, failure.message))
}

/// Resident memory of the process, where the system tells.
fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes << 10)
}

/// Bytes of all files in a directory and below.
fn bytes_in(folder: &std::path::Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else {
        return 0;
    };
    entries
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => bytes_in(&entry.path()),
            Ok(metadata) if metadata.is_file() => metadata.len(),
            _ => 0,
        })
        .sum()
}
