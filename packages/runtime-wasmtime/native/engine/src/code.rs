//! Compiled artifacts.

use crate::engine::Shared;
use crate::failure::{Failure, root_text};
use sha2::{Digest, Sha256};
use std::hash::{Hash, Hasher};
use wasmtime::component::Component;
use wasmtime::{Engine, Module, Precompiled};
use wasmwhisk_code_cache::{CodeKey, Lookup};

/// Version of the engine, as artifacts name it.
pub const ENGINE: &str = "wasmtime 48.0.8";

/// Characters of an engine's explanation that a developer is shown.
const REASON_LENGTH_MAX: usize = 600;

/// What an artifact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A core module.
    Module,
    /// A component.
    Component,
}

/// Compiled code, shared by all containers of an artifact.
pub enum Code {
    /// A core module.
    Module(Module),
    /// A component.
    Component(Component),
}

impl Code {
    /// Bytes of native code and data that it holds.
    pub fn size(&self) -> usize {
        let image = match self {
            Code::Module(module) => module.image_range(),
            Code::Component(component) => component.image_range(),
        };
        image.end.addr().saturating_sub(image.start.addr())
    }
}

/// Which engine made precompiled code: it runs only where all of it matches.
#[derive(Clone, Debug)]
pub struct EngineIdentity {
    /// Name and version.
    pub engine: String,
    /// Target triple.
    pub target: String,
    /// Digest of the settings that code depends on, processor features included: hex.
    pub settings: String,
}

/// The identity of an engine's code.
pub fn identity(shared: &Shared) -> EngineIdentity {
    let mut digest = Digester(Sha256::new());
    shared
        .wasm
        .precompile_compatibility_hash()
        .hash(&mut digest);
    EngineIdentity {
        engine: ENGINE.to_owned(),
        target: env!("WASMWHISK_TARGET").to_owned(),
        settings: digest
            .0
            .finalize()
            .iter()
            .take(16)
            .map(|byte| format!("{byte:02x}"))
            .collect(),
    }
}

/// Digests what `Hash` feeds it: the same in every process, unlike the hashers of the standard library.
struct Digester(Sha256);

impl Hasher for Digester {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        // Only the whole digest is used.
        0
    }
}

/// Compiles, or finds it compiled in the cache. Takes milliseconds to seconds.
///
/// `digest` is the SHA-256 of `bytes`, which the caller has computed.
pub fn compile(
    shared: &Shared,
    bytes: &[u8],
    digest: &[u8],
    format: Format,
) -> Result<Code, Failure> {
    let key = cache_key(shared, digest, format);
    if let Some(cache) = &shared.cache
        && let Lookup::Hit(code) = cache.load(&key)
    {
        // SAFETY: the cache gives only what a holder of its key file wrote, which is this engine: the
        // file's MAC covers the name of the entry and every byte, and the name covers the engine's
        // version and settings.
        if let Ok(code) = unsafe { deserialize(&shared.wasm, &code, format) } {
            return Ok(code);
        }
    }
    let refuse = |error: wasmtime::Error| {
        Failure::new(
            "WW_ERR_GUEST_COMPILE",
            format!("Wasmtime refused the artifact: {}.", explain(&error)),
        )
    };
    let code = match format {
        Format::Module => Code::Module(Module::from_binary(&shared.wasm, bytes).map_err(refuse)?),
        Format::Component => {
            Code::Component(Component::from_binary(&shared.wasm, bytes).map_err(refuse)?)
        }
    };
    if let Some(cache) = &shared.cache
        && let Ok(serialized) = serialize(&code)
    {
        // A cache that cannot be written to costs the next process its compilation, and nothing else.
        let _ = cache.store(&key, &serialized);
    }
    Ok(code)
}

/// The code for a file.
pub fn serialize(code: &Code) -> Result<Vec<u8>, Failure> {
    match code {
        Code::Module(module) => module.serialize(),
        Code::Component(component) => component.serialize(),
    }
    .map_err(|error| {
        Failure::internal(format!(
            "The code cannot be serialized: {}.",
            root_text(&error)
        ))
    })
}

/// Takes precompiled code.
///
/// # Safety
///
/// `bytes` must come from [`serialize`], unchanged: hostile bytes are arbitrary native code. Code of
/// another version or other settings is refused without harm.
pub unsafe fn load(shared: &Shared, bytes: &[u8], format: Format) -> Result<Code, Failure> {
    let foreign = |reason: String| {
        let own = identity(shared);
        Failure::new(
            "WW_ERR_ARTIFACT_FOREIGN",
            format!(
                "The precompiled code does not fit this engine ({} for {}): {reason}. Precompile the action again, with the wasmwhisk that runs it.",
                own.engine, own.target
            ),
        )
    };
    let expected = match format {
        Format::Module => Precompiled::Module,
        Format::Component => Precompiled::Component,
    };
    if Engine::detect_precompiled(bytes) != Some(expected) {
        return Err(foreign("it is not what its description says".to_owned()));
    }
    // SAFETY: the caller's promise.
    unsafe { deserialize(&shared.wasm, bytes, format) }.map_err(|error| foreign(explain(&error)))
}

/// # Safety
///
/// As [`load`].
unsafe fn deserialize(engine: &Engine, bytes: &[u8], format: Format) -> wasmtime::Result<Code> {
    // SAFETY: the caller's promise.
    unsafe {
        Ok(match format {
            Format::Module => Code::Module(Module::deserialize(engine, bytes)?),
            Format::Component => Code::Component(Component::deserialize(engine, bytes)?),
        })
    }
}

fn cache_key(shared: &Shared, digest: &[u8], format: Format) -> CodeKey {
    let EngineIdentity {
        engine,
        target,
        settings,
    } = identity(shared);
    let format: &[u8] = match format {
        Format::Module => b"module",
        Format::Component => b"component",
    };
    CodeKey::new(&[
        digest,
        format,
        engine.as_bytes(),
        target.as_bytes(),
        settings.as_bytes(),
    ])
}

fn explain(error: &wasmtime::Error) -> String {
    let text: Vec<String> = error.chain().map(ToString::to_string).collect();
    let text = text.join(": ").replace('\n', " ");
    text.trim_end_matches('.')
        .chars()
        .take(REASON_LENGTH_MAX)
        .collect()
}
