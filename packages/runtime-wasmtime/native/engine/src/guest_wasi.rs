//! What every guest is given, module or component.

use crate::failure::{Failure, root_text};
use crate::settings::Directory;
use crate::streams::GuestOutput;
use std::collections::HashSet;
use wasmtime::Store;
use wasmtime_wasi::cli::StdinStream;
use wasmtime_wasi::{FsPerms, WasiCtxBuilder};

/// Random bytes of one call at most: they are made without a break in which the guest could be ended.
const RANDOM_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Resources that a guest holds at once: descriptors of files and sockets among them, which are the
/// whole process's, and pollables, which are host memory.
pub const MODULE_RESOURCES_MAX: usize = 256;
/// Bytes that one call of a component may bring into host memory. Writes come in pieces far smaller.
pub const COMPONENT_CALL_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The three streams.
pub struct Stdio {
    /// Where the guest reads.
    pub stdin: Box<dyn StdinStream>,
    /// Where it writes.
    pub stdout: GuestOutput,
    /// Where it writes.
    pub stderr: GuestOutput,
}

/// WASI with arguments, environment and streams, and nothing else: no directories, no network.
pub fn builder(
    args: &[String],
    environment: &[&[(String, String)]],
    stdio: Stdio,
) -> WasiCtxBuilder {
    let mut builder = WasiCtxBuilder::new();
    builder
        .args(args)
        .stdin(BoxedInput(stdio.stdin))
        .stdout(stdio.stdout)
        .stderr(stdio.stderr)
        .max_random_size(RANDOM_BYTES_MAX)
        .allow_ip_name_lookup(false)
        .allow_tcp(false)
        .allow_udp(false);
    // The later of two entries of one name wins.
    let mut seen = HashSet::new();
    let mut kept: Vec<&(String, String)> = Vec::new();
    for entry in environment
        .iter()
        .rev()
        .flat_map(|layer| layer.iter().rev())
    {
        if seen.insert(entry.0.as_str()) {
            kept.push(entry);
        }
    }
    for (name, value) in kept.into_iter().rev() {
        builder.env(name, value);
    }
    builder
}

/// Opens the directories of a container.
pub fn preopen(builder: &mut WasiCtxBuilder, directories: &[Directory]) -> Result<(), Failure> {
    for Directory {
        host_path,
        guest_path,
        writable,
        ..
    } in directories
    {
        let permissions = if *writable {
            FsPerms::ReadWrite
        } else {
            FsPerms::ReadOnly
        };
        builder
            .preopened_dir(host_path, guest_path, permissions)
            .map_err(|error| {
                Failure::internal(format!(
                    "The directory that the action is given as {guest_path} cannot be opened: {}.",
                    root_text(&error)
                ))
            })?;
    }
    Ok(())
}

/// Gives a guest its fuel, where it is counted.
pub fn give_fuel<Data>(store: &mut Store<Data>, fuel: Option<u64>) -> Result<(), Failure> {
    match fuel {
        None => Ok(()),
        Some(fuel) => store.set_fuel(fuel).map_err(|error| {
            Failure::internal(format!("Fuel cannot be given: {}.", root_text(&error)))
        }),
    }
}

/// What of its fuel a guest used.
pub fn fuel_used<Data>(store: &Store<Data>, given: Option<u64>) -> Option<u64> {
    let left = store.get_fuel().ok()?;
    Some(given?.saturating_sub(left))
}

/// The builder takes streams by their type.
struct BoxedInput(Box<dyn StdinStream>);

impl wasmtime_wasi::cli::IsTerminal for BoxedInput {
    fn is_terminal(&self) -> bool {
        self.0.is_terminal()
    }
}

impl StdinStream for BoxedInput {
    fn async_stream(&self) -> Box<dyn tokio::io::AsyncRead + Send + Sync> {
        self.0.async_stream()
    }

    fn p2_stream(&self) -> Box<dyn wasmtime_wasi::p2::InputStream> {
        self.0.p2_stream()
    }
}
