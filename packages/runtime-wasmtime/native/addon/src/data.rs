//! Plain data of the bridge, in the order and under the names of `src/native.ts`.

use napi_derive::napi;
use std::time::Duration;
use wasmwhisk_engine::{
    ContainerSettings, Directory, EngineIdentity, EngineSettings, EngineStatus, Failure,
    GuestInterface, RunLimits,
};

/// Settings of an engine, complete.
#[napi(object)]
pub struct EngineSettingsData {
    /// Threads on which guests compute.
    pub threads: u32,
    /// Runs in progress at once.
    pub runs_max: u32,
    /// Runs that wait to begin.
    pub queue_size_max: u32,
    /// Most linear memory that waiting guests hold together, in bytes.
    pub waiting_memory_bytes_max: f64,
    /// Compilations at once.
    pub compile_jobs_max: u32,
    /// Fuel of one run; 0: not counted.
    pub fuel: f64,
    /// Folder of compiled code; empty: none.
    pub code_cache_folder: String,
    /// Most bytes in it.
    pub code_cache_bytes_max: f64,
}

impl From<EngineSettingsData> for EngineSettings {
    fn from(data: EngineSettingsData) -> EngineSettings {
        EngineSettings {
            threads: data.threads.max(1) as usize,
            runs_max: data.runs_max.max(1) as usize,
            queue_size_max: data.queue_size_max as usize,
            waiting_memory_bytes_max: data.waiting_memory_bytes_max as u64,
            compile_jobs_max: data.compile_jobs_max.max(1) as usize,
            fuel: (data.fuel > 0.0).then_some(data.fuel as u64),
            code_cache: (!data.code_cache_folder.is_empty()).then(|| {
                (
                    data.code_cache_folder.into(),
                    data.code_cache_bytes_max as u64,
                )
            }),
        }
    }
}

/// A host directory that a guest is given.
#[napi(object)]
pub struct DirectoryData {
    /// Absolute path on the host.
    pub host_path: String,
    /// Name under which the guest sees it.
    pub guest_path: String,
    /// Whether the guest may write.
    pub writable: bool,
    /// Most bytes that it may hold; 0: any number.
    pub bytes_max: f64,
}

/// Settings of a container, complete.
#[napi(object)]
pub struct SettingsData {
    /// As `GuestInterface` of package artifact.
    pub interface: String,
    /// The export to call.
    pub entry: String,
    /// Linear memory in bytes.
    pub memory_bytes: f64,
    /// Elements of all tables.
    pub table_elements: f64,
    /// Longest result in bytes.
    pub result_bytes: f64,
    /// Directories, in the order of their descriptors.
    pub directories: Vec<DirectoryData>,
    /// Hosts that outgoing HTTP may reach.
    pub http_hosts: Vec<String>,
}

impl SettingsData {
    /// As the engine takes it; `None` when the interface is unknown.
    pub fn into_settings(self) -> Option<ContainerSettings> {
        let interface = match self.interface.as_str() {
            "buffer" => GuestInterface::Buffer,
            "buffer-second" => GuestInterface::BufferSecond,
            "command" => GuestInterface::Command,
            "numeric" => GuestInterface::Numeric,
            "action-world" => GuestInterface::ActionWorld,
            "http-handler" => GuestInterface::HttpHandler,
            _ => return None,
        };
        Some(ContainerSettings {
            interface,
            entry: self.entry,
            limits: RunLimits {
                memory_bytes: to_size(self.memory_bytes),
                table_elements: to_size(self.table_elements),
                result_bytes: to_size(self.result_bytes),
            },
            directories: self
                .directories
                .into_iter()
                .map(|each| Directory {
                    host_path: each.host_path.into(),
                    guest_path: each.guest_path,
                    writable: each.writable,
                    bytes_max: (each.bytes_max > 0.0).then_some(each.bytes_max as u64),
                })
                .collect(),
            http_hosts: self.http_hosts,
        })
    }
}

/// A failure.
#[napi(object)]
pub struct FailureData {
    /// Of the table in `packages/runtime/src/errors.ts`.
    pub error_code: String,
    /// What, which, and what to do.
    pub message: String,
    /// Trap code.
    pub trap: Option<String>,
    /// Exit code.
    pub exit_code: Option<u32>,
    /// Wasm frames, innermost first.
    pub backtrace: Vec<String>,
    /// Why the run was ended from outside: 1 timeout, 2 aborted, 3 waiting memory, 4 shutting down; 0: it was not.
    pub end: u32,
    /// Module and name of an import that nothing provides.
    pub missing_import: Option<Vec<String>>,
}

impl From<Failure> for FailureData {
    fn from(failure: Failure) -> FailureData {
        FailureData {
            error_code: failure.code.to_owned(),
            message: failure.message,
            trap: failure.trap.map(str::to_owned),
            exit_code: failure.exit_code,
            backtrace: failure.backtrace,
            end: failure.end.map_or(0, |end| end as u32),
            missing_import: failure.import.map(|(module, name)| vec![module, name]),
        }
    }
}

/// Which engine made code.
#[napi(object)]
pub struct IdentityData {
    /// Name and version.
    pub engine: String,
    /// Target triple.
    pub target: String,
    /// Digest of its settings.
    pub settings: String,
}

impl From<EngineIdentity> for IdentityData {
    fn from(identity: EngineIdentity) -> IdentityData {
        IdentityData {
            engine: identity.engine,
            target: identity.target,
            settings: identity.settings,
        }
    }
}

/// Numbers for metrics.
#[napi(object)]
pub struct EngineStatusData {
    /// Turns that are taken.
    pub computing: u32,
    /// Runs that have begun and not ended.
    pub running: u32,
    /// Runs that have not begun.
    pub queued: u32,
    /// Runs that wait in a host call.
    pub waiting: u32,
}

impl From<EngineStatus> for EngineStatusData {
    fn from(status: EngineStatus) -> EngineStatusData {
        EngineStatusData {
            computing: to_count(status.turns.computing),
            running: to_count(status.turns.running),
            queued: to_count(status.turns.queued),
            waiting: to_count(status.waiting),
        }
    }
}

fn to_count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// A number of JavaScript as a size: negative and not-a-number become 0.
pub fn to_size(number: f64) -> usize {
    number as usize
}

/// A time in milliseconds: negative and not-a-number become nothing.
pub fn to_duration(milliseconds: f64) -> Duration {
    Duration::try_from_secs_f64(milliseconds / 1000.0).unwrap_or(if milliseconds > 0.0 {
        Duration::MAX
    } else {
        Duration::ZERO
    })
}
