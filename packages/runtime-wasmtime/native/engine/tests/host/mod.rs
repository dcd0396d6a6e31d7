//! An engine for tests, and guests in the text format.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use wasmwhisk_engine::{
    Container, ContainerSettings, Engine, EngineSettings, Event, Failure, Format, GuestInterface,
    RunLimits, RunRequest, Success, Usage, compile,
};

/// How a run ended.
pub type RunEnd = (Result<Success, Box<Failure>>, Usage);

/// No test waits longer for a run.
const PATIENCE: Duration = Duration::from_secs(60);

/// An engine with two threads whose guests may have so much memory.
pub struct Host {
    engine: Engine,
    woken: Receiver<()>,
    memory_bytes: usize,
}

/// Starts it.
pub fn host(memory_bytes: usize) -> Host {
    let (sender, woken) = channel();
    let settings = EngineSettings {
        threads: 2,
        runs_max: 50,
        queue_size_max: 100,
        waiting_memory_bytes_max: 1 << 30,
        compile_jobs_max: 1,
        fuel: None,
        code_cache: None,
    };
    let wake = Box::new(move || {
        // Nobody listens any more once the test is over.
        let _ = sender.send(());
    });
    let (engine, warnings) = Engine::new(settings, wake).expect("the engine starts");
    assert_eq!(warnings, Vec::<String>::new());
    Host {
        engine,
        woken,
        memory_bytes,
    }
}

impl Host {
    /// A container of a command, or of a component of the action world.
    pub fn container(&self, wat: &str) -> Arc<Container> {
        let bytes = wat::parse_str(wat).expect("the test's text is right");
        // The layer of the binary format: 0 for modules, 1 for components.
        let (format, interface, entry) = match bytes[6] {
            0 => (Format::Module, GuestInterface::Command, "_start"),
            _ => (
                Format::Component,
                GuestInterface::ActionWorld,
                "wasmwhisk:action/handler@0.1.0",
            ),
        };
        let shared = self.engine.shared();
        let code = compile(shared, &bytes, b"digest", format).expect("it compiles");
        let settings = ContainerSettings {
            interface,
            entry: entry.to_owned(),
            limits: RunLimits {
                memory_bytes: self.memory_bytes,
                table_elements: 1_000_000,
                result_bytes: 1024,
            },
            directories: Vec::new(),
            http_hosts: Vec::new(),
        };
        Arc::new(Container::link(shared, &code, settings).expect("it links"))
    }

    /// Begins a run. Its unit of trust is its number.
    pub fn start(&self, id: u64, container: &Arc<Container>, time_left: Duration) {
        let request = RunRequest {
            id,
            input: b"{}".to_vec(),
            shared_environment: Arc::default(),
            environment: Vec::new(),
            time_left,
            unit: id,
            log_bytes_max: 1024,
        };
        self.engine.start(container, request);
    }

    /// Waits for so many runs to end, and says which ended how, in this order.
    pub fn ends(&self, count: usize) -> Vec<(u64, RunEnd)> {
        let until = Instant::now() + PATIENCE;
        let mut ends = Vec::new();
        loop {
            for event in self.engine.take_events() {
                if let Event::Done { run, result, usage } = event {
                    ends.push((run, (result, usage)));
                }
            }
            if ends.len() >= count {
                return ends;
            }
            let left = until.saturating_duration_since(Instant::now());
            self.woken.recv_timeout(left).expect("the run is answered");
        }
    }

    /// One run of a guest.
    pub fn run(&self, wat: &str) -> RunEnd {
        self.start(1, &self.container(wat), Duration::from_secs(5));
        self.ends(1).remove(0).1
    }
}
