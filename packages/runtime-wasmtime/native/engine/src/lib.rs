//! Wasmtime as wasmwhisk uses it: pooled instances, guests that can be interrupted and suspended, and
//! fairness between those whose guests they are. Knows nothing of JavaScript.

mod code;
mod compile_queue;
mod component_run;
mod container;
mod directory_account;
mod directory_size;
mod engine;
mod failure;
mod fair_line;
mod guarded_call;
mod guarded_components;
mod guarded_modules;
mod guarded_stream;
mod guest_files;
mod guest_store;
mod guest_wasi;
mod http_grant;
mod lanes;
mod limiter;
mod module_memory;
mod module_run;
mod outbox;
mod preemption;
mod random_get;
mod rights;
mod run_state;
mod run_task;
mod runs;
mod settings;
mod streams;
mod ticker;
mod turns;
mod wasm_config;

pub use code::{Code, EngineIdentity, Format, compile, identity, load, serialize};
pub use compile_queue::CompileQueue;
pub use container::Container;
pub use engine::{CommandRequest, Engine, EngineStatus, RunRequest, Shared};
pub use failure::Failure;
pub use outbox::{Event, Stream, Success, Usage};
pub use run_state::{End, RunState};
pub use run_task::{GuestEnd, GuestFuture};
pub use settings::{ContainerSettings, Directory, EngineSettings, GuestInterface, RunLimits};
pub use turns::TurnCounts;
