//! What one run costs on one thread, without JavaScript: a fresh instance, WASI, input, output.
//!
//! `run_cost FILE.wasm INTERFACE ENTRY INPUT RUNS`; prints one line of JSON, times in microseconds.

use std::sync::Arc;
use std::time::{Duration, Instant};
use wasmwhisk_engine::{
    Container, ContainerSettings, Engine, EngineSettings, Format, GuestInterface, RunLimits,
    RunRequest, RunState, compile,
};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [file, interface, entry, input, runs] = args.as_slice() else {
        panic!("usage: run_cost FILE.wasm INTERFACE ENTRY INPUT RUNS");
    };
    let bytes = std::fs::read(file).expect("the module can be read");
    let runs: u32 = runs.parse().expect("RUNS is a number");
    let interface = match interface.as_str() {
        "buffer" => GuestInterface::Buffer,
        "buffer-second" => GuestInterface::BufferSecond,
        "action-world" => GuestInterface::ActionWorld,
        "http-handler" => GuestInterface::HttpHandler,
        "numeric" => GuestInterface::Numeric,
        _ => GuestInterface::Command,
    };
    let settings = EngineSettings {
        threads: 1,
        runs_max: 1000,
        queue_size_max: 1000,
        waiting_memory_bytes_max: 1 << 32,
        compile_jobs_max: 1,
        fuel: None,
        code_cache: None,
    };
    let (engine, _) = Engine::new(settings, Box::new(|| ())).expect("the engine starts");
    let shared = engine.shared();
    let format = if bytes[4] == 1 {
        Format::Module
    } else {
        Format::Component
    };
    let began = Instant::now();
    let code = compile(shared, &bytes, b"digest", format).expect("it compiles");
    let compile_us = began.elapsed().as_secs_f64() * 1e6;
    let container = Arc::new(
        Container::link(
            shared,
            &code,
            ContainerSettings {
                interface,
                entry: entry.clone(),
                limits: RunLimits {
                    memory_bytes: 256 << 20,
                    table_elements: 1_000_000,
                    result_bytes: 1 << 20,
                },
                directories: Vec::new(),
                http_hosts: Vec::new(),
            },
        )
        .expect("it links"),
    );
    let environment: Arc<Vec<(String, String)>> = Arc::new(
        [
            "API_HOST",
            "API_KEY",
            "NAMESPACE",
            "ACTION_NAME",
            "DEADLINE",
        ]
        .iter()
        .map(|name| {
            (
                format!("__OW_{name}"),
                "some value of a usual length".to_owned(),
            )
        })
        .collect(),
    );
    let threads = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let mut times = Vec::new();
    for index in 0..runs + runs / 2 {
        let began = Instant::now();
        let state = Arc::new(RunState::new(u64::from(index), 1, u64::MAX, 1 << 20));
        let request = RunRequest {
            id: u64::from(index),
            input: input.clone().into_bytes(),
            shared_environment: Arc::clone(&environment),
            environment: Vec::new(),
            time_left: Duration::from_secs(60),
            unit: 1,
            log_bytes_max: 1 << 20,
        };
        let end = threads.block_on(container.run(shared, &state, request));
        end.result.expect("it answers");
        if index >= runs / 2 {
            times.push(began.elapsed().as_secs_f64() * 1e6);
        }
    }
    times.sort_by(f64::total_cmp);
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize];
    println!(
        "{{\"compile\":{compile_us:.1},\"p50\":{:.2},\"p90\":{:.2},\"p99\":{:.2},\"max\":{:.1},\"mean\":{:.2}}}",
        at(0.5),
        at(0.9),
        at(0.99),
        at(1.0),
        times.iter().sum::<f64>() / times.len() as f64
    );
}
