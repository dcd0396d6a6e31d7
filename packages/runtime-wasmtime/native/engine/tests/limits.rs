//! What a guest may take of the host, where no other language of the tests can write the guest.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use wasmwhisk_engine::{
    Container, ContainerSettings, Engine, EngineSettings, Event, Failure, Format, GuestInterface,
    RunLimits, RunRequest, Success, Usage, compile,
};

const MEMORY_BYTES: usize = 16 * 1024 * 1024;

struct Host {
    engine: Engine,
    woken: Receiver<()>,
}

fn host() -> Host {
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
    Host { engine, woken }
}

impl Host {
    fn container(&self, wat: &str) -> Arc<Container> {
        let bytes = wat::parse_str(wat).expect("the test's text is right");
        let shared = self.engine.shared();
        let code = compile(shared, &bytes, b"digest", Format::Module).expect("it compiles");
        let settings = ContainerSettings {
            interface: GuestInterface::Command,
            entry: "_start".to_owned(),
            limits: RunLimits {
                memory_bytes: MEMORY_BYTES,
                table_elements: 1000,
                result_bytes: 1024,
            },
            directories: Vec::new(),
            http_hosts: Vec::new(),
        };
        Arc::new(Container::link(shared, &code, settings).expect("it links"))
    }

    fn run(&self, wat: &str) -> (Result<Success, Box<Failure>>, Usage) {
        let request = RunRequest {
            id: 1,
            input: b"{}".to_vec(),
            shared_environment: Arc::default(),
            environment: Vec::new(),
            time_left: Duration::from_secs(5),
            unit: 1,
            log_bytes_max: 1024,
        };
        self.engine.start(&self.container(wat), request);
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            for event in self.engine.take_events() {
                if let Event::Done { result, usage, .. } = event {
                    return (result, usage);
                }
            }
            let left = until.saturating_duration_since(Instant::now());
            self.woken.recv_timeout(left).expect("the run is answered");
        }
    }
}

#[test]
fn counts_the_heap_of_garbage_collected_objects_as_memory() {
    // A list of arrays of a mebibyte each, all of them reachable.
    let (result, usage) = host().run(
        r#"(module
            (memory (export "memory") 1)
            (type $bytes (array (mut i8)))
            (type $node (struct (field (ref null $node)) (field (ref $bytes))))
            (func (export "_start") (local $list (ref null $node))
                (loop $again
                    (local.set $list (struct.new $node
                        (local.get $list)
                        (array.new_default $bytes (i32.const 1048576))))
                    (br $again))))"#,
    );
    let failure = result.expect_err("the heap is bounded");
    assert_eq!(
        failure.code, "WW_ERR_RUN_MEMORY_LIMIT",
        "{}",
        failure.message
    );
    assert!(usage.peak_memory_bytes <= MEMORY_BYTES as u64);
}

#[test]
fn refuses_one_array_that_is_larger_than_all() {
    let (result, _) = host().run(
        r#"(module
            (memory (export "memory") 1)
            (type $bytes (array (mut i8)))
            (func (export "_start")
                (drop (array.new_default $bytes (i32.const 1000000000)))))"#,
    );
    let failure = result.expect_err("it does not fit");
    assert!(
        ["WW_ERR_RUN_MEMORY_LIMIT", "WW_ERR_GUEST_TRAP"].contains(&failure.code),
        "{}",
        failure.message
    );
}

#[test]
fn ends_a_recursion_in_a_start_function() {
    let (result, _) = host().run(
        r#"(module
            (memory (export "memory") 1)
            (func $deep (call $deep))
            (start $deep)
            (func (export "_start")))"#,
    );
    let failure = result.expect_err("the stack is bounded");
    assert_eq!(failure.trap, Some("stack-overflow"));
}

#[test]
fn tells_an_exception_that_nobody_catches() {
    let (result, _) = host().run(
        r#"(module
            (memory (export "memory") 1)
            (tag $thrown)
            (func (export "_start") (throw $thrown)))"#,
    );
    let failure = result.expect_err("nobody catches it");
    assert_eq!(failure.code, "WW_ERR_GUEST_TRAP", "{}", failure.message);
}

#[test]
fn bounds_memories_of_64_bits_too() {
    let (result, usage) = host().run(
        r#"(module
            (memory (export "memory") i64 1)
            (func (export "_start")
                (loop $again
                    (br_if $again (i64.ne (memory.grow (i64.const 1)) (i64.const -1))))))"#,
    );
    assert!(matches!(result, Ok(Success::Answer(answer)) if answer.json == b"{}"));
    assert_eq!(usage.peak_memory_bytes, MEMORY_BYTES as u64);
}
