//! How Wasmtime is set up, and what guests may import.

use crate::failure::{Failure, root_text};
use crate::guest_store::{ComponentStore, ModuleStore};
use crate::settings::EngineSettings;
use crate::{guarded_components, guarded_modules, random_get, rights};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use wasmtime::component::Linker as ComponentLinker;
use wasmtime::{
    Config, Enabled, Engine, EngineWeak, InstanceAllocationStrategy, Linker,
    PoolingAllocationConfig, WasmBacktraceDetails,
};
use wasmtime_wasi::I32Exit;

/// Stack of Wasm code in bytes. The host's functions have the rest of the fiber's.
const WASM_STACK_BYTES: usize = 1024 * 1024;
const FIBER_STACK_BYTES: usize = 2 * 1024 * 1024;
/// Address space of one memory and of one table: what configuration allows at most.
const MEMORY_SLOT_BYTES: usize = 4 * 1024 * 1024 * 1024;
const TABLE_SLOT_ELEMENTS: usize = 10_000_000;
/// Bytes of a slot that stay mapped between runs: they are cleared page by page where they were
/// written, which is what makes a run of a small guest cost microseconds.
const MEMORY_KEEP_RESIDENT_BYTES: usize = 1024 * 1024;
const TABLE_KEEP_RESIDENT_BYTES: usize = 64 * 1024;
const STACK_KEEP_RESIDENT_BYTES: usize = 32 * 1024;
/// Metadata of one core instance or component instance, in bytes.
const INSTANCE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Memories and tables of one module, and core instances of one component.
const PER_GUEST_MAX: u32 = 64;

/// The forerunner's stand-in for a request takes this long.
const HTTP_GET: Duration = Duration::from_millis(300);

/// Which settings an engine of Wasmtime depends on.
type EngineKey = (bool, usize);

/// Engines of this process that are in use. A pool reserves terabytes of address space, of which there
/// are a hundred: whoever wants the same settings shares it.
static ENGINES: Mutex<Vec<(EngineKey, EngineWeak)>> = Mutex::new(Vec::new());

/// The engine of these settings: with a pool where the address space allows it, without one where not.
pub fn create_engine(
    settings: &EngineSettings,
    warnings: &mut Vec<String>,
) -> Result<Engine, Failure> {
    let key = (settings.fuel.is_some(), settings.runs_max);
    let mut engines = ENGINES.lock().unwrap_or_else(PoisonError::into_inner);
    engines.retain(|(_, engine)| engine.upgrade().is_some());
    let shared = engines
        .iter()
        .find(|(other, _)| *other == key)
        .and_then(|(_, engine)| engine.upgrade());
    if let Some(engine) = shared {
        return Ok(engine);
    }
    let engine = make_engine(settings, warnings)?;
    engines.push((key, engine.weak()));
    Ok(engine)
}

fn make_engine(settings: &EngineSettings, warnings: &mut Vec<String>) -> Result<Engine, Failure> {
    let mut pooled = base_config(settings);
    pooled.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(settings)));
    let reason = match Engine::new(&pooled) {
        Ok(engine) => return Ok(engine),
        Err(error) => root_text(&error),
    };
    warnings.push(format!(
        "Instances are not pooled, which makes runs slower: {reason}. The pool reserves address space, of which this process may have too little (ulimit -v)."
    ));
    Engine::new(&base_config(settings)).map_err(|error| {
        Failure::internal(format!("Wasmtime cannot be set up: {}.", root_text(&error)))
    })
}

fn base_config(settings: &EngineSettings) -> Config {
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        .consume_fuel(settings.fuel.is_some())
        .max_wasm_stack(WASM_STACK_BYTES)
        .async_stack_size(FIBER_STACK_BYTES)
        .wasm_backtrace_details(WasmBacktraceDetails::Disable)
        // Atomic instructions, yes; but shared memories know no limit, and no guest of ours has threads.
        .wasm_threads(true)
        .shared_memory(false)
        .wasm_memory64(true)
        .wasm_gc(true)
        .wasm_function_references(true)
        .wasm_exceptions(true)
        .memory_init_cow(true)
        // What toolchains build for functions that JavaScript or Python wrote as asynchronous.
        .wasm_component_model_async(true)
        .parallel_compilation(true);
    config
}

fn pool(settings: &EngineSettings) -> PoolingAllocationConfig {
    let runs = u32::try_from(settings.runs_max)
        .unwrap_or(u32::MAX)
        .min(100_000);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_core_instances(runs.saturating_mul(8))
        .total_component_instances(runs)
        .total_memories(runs.saturating_mul(2))
        .total_tables(runs.saturating_mul(4))
        .total_stacks(runs.saturating_add(64))
        .total_gc_heaps(runs)
        .max_core_instance_size(INSTANCE_BYTES_MAX)
        .max_component_instance_size(INSTANCE_BYTES_MAX)
        .max_core_instances_per_component(PER_GUEST_MAX)
        .max_memories_per_component(PER_GUEST_MAX)
        .max_tables_per_component(PER_GUEST_MAX)
        .max_memories_per_module(PER_GUEST_MAX)
        .max_tables_per_module(PER_GUEST_MAX)
        // Slots are address space: as large as any limit may be, which the limiter keeps.
        .max_memory_size(MEMORY_SLOT_BYTES)
        .table_elements(TABLE_SLOT_ELEMENTS)
        .linear_memory_keep_resident(MEMORY_KEEP_RESIDENT_BYTES)
        .table_keep_resident(TABLE_KEEP_RESIDENT_BYTES)
        .async_stack_keep_resident(STACK_KEEP_RESIDENT_BYTES)
        .pagemap_scan(Enabled::Auto);
    pool
}

/// The two versions of WASI preview 1, which have these functions alike.
pub const PREVIEW_1: [&str; 2] = ["wasi_snapshot_preview1", "wasi_unstable"];

/// What core modules may import: both versions of WASI preview 1, and `http.get`, which whoever
/// initializes a container has checked against the grant.
pub fn module_linker(engine: &Engine) -> Result<Linker<ModuleStore>, Failure> {
    let mut linker = Linker::new(engine);
    linker.allow_shadowing(true);
    wasmtime_wasi::p1::add_to_linker_async(&mut linker, |store: &mut ModuleStore| &mut store.wasi)
        .and_then(|()| {
            wasmtime_wasi::p0::add_to_linker_async(&mut linker, |store: &mut ModuleStore| {
                &mut store.wasi
            })
        })
        .and_then(|()| {
            // The one of wasmtime-wasi traps for codes from 126 on.
            for module in PREVIEW_1 {
                linker.func_wrap(module, "proc_exit", |code: i32| -> wasmtime::Result<()> {
                    Err(wasmtime::Error::new(I32Exit(code)))
                })?;
            }
            random_get::add_to_linker(&mut linker, &PREVIEW_1)?;
            rights::add_to_linker(&mut linker, &PREVIEW_1)
        })
        .and_then(|()| {
            linker.func_wrap_async("http", "get", |_, ()| {
                Box::new(async {
                    tokio::time::sleep(HTTP_GET).await;
                    0_i32
                })
            })?;
            Ok(())
        })
        .map_err(|error| setup_fault(&error))?;
    Ok(linker)
}

/// The same for containers with directories, where account is kept of what guests do there.
pub fn guarded_module_linker(plain: &Linker<ModuleStore>) -> Result<Linker<ModuleStore>, Failure> {
    let mut linker = plain.clone();
    guarded_modules::add_to_linker(&mut linker).map_err(|error| setup_fault(&error))?;
    Ok(linker)
}

/// What components may import: WASI 0.2 and `wasi:http`.
pub fn component_linker(engine: &Engine) -> Result<ComponentLinker<ComponentStore>, Failure> {
    let mut linker = ComponentLinker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)
        .and_then(|()| wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker))
        .map_err(|error| setup_fault(&error))?;
    Ok(linker)
}

/// The same for containers with directories, where account is kept of what guests do there.
pub fn guarded_component_linker(
    plain: &ComponentLinker<ComponentStore>,
) -> Result<ComponentLinker<ComponentStore>, Failure> {
    let mut linker = plain.clone();
    guarded_components::add_to_linker(&mut linker).map_err(|error| setup_fault(&error))?;
    Ok(linker)
}

fn setup_fault(error: &wasmtime::Error) -> Failure {
    Failure::internal(format!(
        "The host functions cannot be set up: {}.",
        root_text(error)
    ))
}
