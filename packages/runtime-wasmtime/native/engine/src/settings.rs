//! What an engine is made with, and what a run may use.

use std::path::PathBuf;

/// Settings of an [`Engine`](crate::Engine). Defaults are given above the bridge; every value is finite.
#[derive(Clone, Debug)]
pub struct EngineSettings {
    /// Threads on which guests compute; at least 1.
    pub threads: usize,
    /// Runs in progress at once, waiting ones included.
    pub runs_max: usize,
    /// Runs that wait to begin.
    pub queue_size_max: usize,
    /// Most linear memory that guests hold together while they wait, in bytes.
    pub waiting_memory_bytes_max: u64,
    /// Compilations at once; at least 1.
    pub compile_jobs_max: usize,
    /// Fuel of one run; `None`: not counted.
    pub fuel: Option<u64>,
    /// Folder of compiled code, and the most bytes it holds.
    pub code_cache: Option<(PathBuf, u64)>,
}

/// Limits of one run.
#[derive(Clone, Copy, Debug)]
pub struct RunLimits {
    /// Linear memory of the instance, all its memories together, in bytes.
    pub memory_bytes: usize,
    /// Elements of all its tables together.
    pub table_elements: usize,
    /// Longest result in bytes.
    pub result_bytes: usize,
}

/// How a guest takes its input and gives its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GuestInterface {
    /// First buffer form: tagged result.
    Buffer,
    /// Second buffer form: plain result.
    BufferSecond,
    /// WASI command.
    Command,
    /// Exported function of numbers.
    Numeric,
    /// `wasmwhisk:action/handler`.
    ActionWorld,
    /// `wasi:http/incoming-handler`.
    HttpHandler,
}

/// A host directory that a guest is given.
#[derive(Clone, Debug)]
pub struct Directory {
    /// Absolute path on the host.
    pub host_path: PathBuf,
    /// Name under which the guest sees it.
    pub guest_path: String,
    /// Whether the guest may write.
    pub writable: bool,
    /// Most bytes that it may hold when it is writable.
    pub bytes_max: Option<u64>,
}

/// What all runs of a container have in common.
#[derive(Clone, Debug)]
pub struct ContainerSettings {
    /// The interface.
    pub interface: GuestInterface,
    /// The export to call: a core function's name, or the extern name of a component's interface.
    pub entry: String,
    /// Limits of each run.
    pub limits: RunLimits,
    /// Directories, in the order of their descriptors.
    pub directories: Vec<Directory>,
    /// Hosts that outgoing HTTP may reach: names or `*`, optionally with a port. Empty: none.
    pub http_hosts: Vec<String>,
}
