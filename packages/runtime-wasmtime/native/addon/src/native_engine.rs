//! The classes of the addon.

use crate::data::{
    EngineSettingsData, EngineStatusData, FailureData, IdentityData, SettingsData, to_duration,
};
use crate::events;
use napi::bindgen_prelude::ObjectFinalize;
use napi::bindgen_prelude::{Array, Either, Float64Array, Function, Object, Result, Uint8Array};
use napi::threadsafe_function::ThreadsafeFunctionCallMode;
use napi::{Env, Error, Status};
use napi_derive::napi;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use wasmwhisk_engine::{
    Code, CommandRequest, CompileQueue, Container, Engine, Event, Failure, Format, RunRequest,
    Shared, compile, identity, load, serialize,
};

/// How long closing waits for guests to unwind. They do so within a tick or two.
const CLOSE_PATIENCE: Duration = Duration::from_millis(500);

/// Compiled code. JavaScript's collector is told how large it is: it sees a few bytes only, and would let
/// megabytes of what nobody uses pile up.
#[napi(custom_finalize)]
pub struct NativeCode {
    code: Arc<Code>,
}

impl NativeCode {
    fn new(code: Code, env: &Env) -> Result<NativeCode> {
        env.adjust_external_memory(code.size() as i64)?;
        Ok(NativeCode {
            code: Arc::new(code),
        })
    }
}

impl ObjectFinalize for NativeCode {
    fn finalize(self, env: Env) -> Result<()> {
        env.adjust_external_memory(-(self.code.size() as i64))?;
        Ok(())
    }
}

#[napi]
impl NativeCode {
    /// Always true: tells the class from a failure.
    #[napi(getter)]
    pub fn compiled(&self) -> bool {
        true
    }
}

/// An initialized container.
#[napi]
pub struct NativeContainer {
    container: Arc<Container>,
    /// What all runs have in common of their environments.
    environment: RefCell<Arc<Vec<(String, String)>>>,
}

#[napi]
impl NativeContainer {
    /// Always true: tells the class from a failure.
    #[napi(getter)]
    pub fn linked(&self) -> bool {
        true
    }

    /// Keeps the environment that all further runs begin with: names and values by turns, a NUL behind each.
    #[napi(catch_unwind)]
    pub fn share_environment(&self, environment: String) {
        *self.environment.borrow_mut() = Arc::new(to_pairs(&environment));
    }
}

/// One engine.
#[napi]
pub struct NativeEngine {
    engine: Engine,
    compile_queue: CompileQueue,
    warnings: Vec<String>,
    /// Where the numbers of events are written: memory of JavaScript, which reads them after the call.
    numbers: RefCell<Float64Array>,
    /// Events for which there was no room.
    left: RefCell<VecDeque<Event>>,
}

#[napi]
impl NativeEngine {
    /// Makes an engine. `wake` is called on the main thread when `takeEvents` has something, which writes
    /// to `numbers`.
    #[napi(constructor, catch_unwind)]
    pub fn new(
        settings: EngineSettingsData,
        numbers: Float64Array,
        wake: Function<(), ()>,
    ) -> Result<Self> {
        // Weak: what is in progress keeps the process alive, not the engine.
        let wake = wake.build_threadsafe_function().weak::<true>().build()?;
        let compile_jobs_max = settings.compile_jobs_max.max(1) as usize;
        let (engine, warnings) = Engine::new(
            settings.into(),
            Box::new(move || {
                // A queue without bound and at most one call in it: it cannot be full. After the end of
                // the main thread nobody waits for the call.
                let _ = wake.call((), ThreadsafeFunctionCallMode::NonBlocking);
            }),
        )
        .map_err(|failure| Error::new(Status::GenericFailure, failure.message))?;
        Ok(NativeEngine {
            engine,
            compile_queue: CompileQueue::new(compile_jobs_max),
            warnings,
            numbers: RefCell::new(numbers),
            left: RefCell::default(),
        })
    }

    /// What could not be had and is done without.
    #[napi(getter)]
    pub fn warnings(&self) -> Vec<String> {
        self.warnings.clone()
    }

    /// Which engine this is, for precompiled code.
    #[napi(getter, catch_unwind)]
    pub fn identity(&self) -> IdentityData {
        identity(self.engine.shared()).into()
    }

    /// Compiles on a thread of its own. Resolves to the code or a failure.
    #[napi(catch_unwind, ts_return_type = "Promise<NativeCode | FailureData>")]
    pub fn compile<'env>(
        &self,
        env: &'env Env,
        bytes: Uint8Array,
        digest: String,
        is_component: bool,
    ) -> Result<Object<'env>> {
        self.compile_with(env, bytes.len(), move |shared| {
            compile(shared, &bytes, digest.as_bytes(), to_format(is_component))
        })
    }

    /// Takes code that `serialize` gave. The caller has verified that nobody else made it.
    #[napi(catch_unwind, ts_return_type = "Promise<NativeCode | FailureData>")]
    pub fn load<'env>(
        &self,
        env: &'env Env,
        bytes: Uint8Array,
        is_component: bool,
    ) -> Result<Object<'env>> {
        self.compile_with(env, 0, move |shared| {
            // SAFETY: the bytes are those of an artifact whose signature by a key of the operator's was
            // verified (`Artifact.precompiled`), so they are what `serialize` gave to whoever holds it.
            unsafe { load(shared, &bytes, to_format(is_component)) }
        })
    }

    /// The code for a file.
    #[napi(catch_unwind)]
    pub fn serialize(&self, code: &NativeCode) -> Either<Uint8Array, FailureData> {
        match serialize(&code.code) {
            Ok(bytes) => Either::A(Uint8Array::new(bytes)),
            Err(failure) => Either::B(failure.into()),
        }
    }

    /// Links a container.
    #[napi(catch_unwind)]
    pub fn initialize(
        &self,
        code: &NativeCode,
        settings: SettingsData,
    ) -> Either<NativeContainer, FailureData> {
        let linked = settings
            .into_settings()
            .ok_or_else(|| {
                Failure::new(
                    "WW_ERR_ARTIFACT_UNSUPPORTED",
                    "The guest interface is unknown.",
                )
            })
            .and_then(|settings| Container::link(self.engine.shared(), &code.code, settings));
        match linked {
            Ok(container) => Either::A(NativeContainer {
                container: Arc::new(container),
                environment: RefCell::default(),
            }),
            Err(failure) => Either::B(failure.into()),
        }
    }

    /// Begins a run; everything further comes as events. `environment` is what it adds to the one that the
    /// container's runs share.
    #[napi(catch_unwind)]
    #[allow(
        clippy::too_many_arguments,
        reason = "an object would cost more than the run's own set-up"
    )]
    pub fn start(
        &self,
        container: &NativeContainer,
        id: f64,
        input: Either<String, Uint8Array>,
        environment: String,
        time_left_ms: f64,
        unit: u32,
        log_bytes_max: f64,
    ) {
        let input = match input {
            Either::A(text) => text.into_bytes(),
            Either::B(bytes) => bytes.to_vec(),
        };
        let request = RunRequest {
            id: id as u64,
            input,
            shared_environment: Arc::clone(&container.environment.borrow()),
            environment: to_pairs(&environment),
            time_left: to_duration(time_left_ms),
            unit: u64::from(unit),
            log_bytes_max: log_bytes_max as u64,
        };
        self.engine.start(&container.container, request);
    }

    /// Runs a plain command. Its input is asked for by events and given by `giveInput`.
    #[napi(catch_unwind)]
    pub fn start_command(
        &self,
        container: &NativeContainer,
        id: f64,
        args: Vec<String>,
        environment: String,
    ) {
        let request = CommandRequest {
            id: id as u64,
            args,
            environment: to_pairs(&environment),
        };
        self.engine.start_command(&container.container, request);
    }

    /// Gives a plain command what it asked for; nothing is the end.
    #[napi(catch_unwind)]
    pub fn give_input(&self, id: f64, bytes: Uint8Array) {
        self.engine.give_input(id as u64, bytes.to_vec().into());
    }

    /// Ends a run.
    #[napi(catch_unwind)]
    pub fn abort(&self, id: f64) {
        self.engine.abort(id as u64);
    }

    /// What has happened: numbers in the array of the constructor, and the rest as a list. See `events.rs`.
    #[napi(catch_unwind, ts_return_type = "unknown[]")]
    pub fn take_events<'env>(&self, env: &'env Env) -> Result<Array<'env>> {
        let mut left = self.left.borrow_mut();
        left.extend(self.engine.take_events());
        let mut numbers = self.numbers.borrow_mut();
        // SAFETY: JavaScript reads the array between calls only, and calls come from its one thread.
        let numbers = unsafe { numbers.as_mut() };
        events::write(env, &mut left, numbers)
    }

    /// So many events of output of a run, with so many bytes together, were handled: its guest may go on writing.
    #[napi(catch_unwind)]
    pub fn output_handled(&self, id: f64, events: u32, bytes: f64) {
        self.engine
            .shared()
            .output_handled(id as u64, events as usize, bytes as usize);
    }

    /// Numbers for metrics.
    #[napi(catch_unwind)]
    pub fn status(&self) -> EngineStatusData {
        self.engine.status().into()
    }

    /// Ends all runs and the threads. Idempotent.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        self.engine.close(CLOSE_PATIENCE);
    }
}

impl NativeEngine {
    fn compile_with<'env>(
        &self,
        env: &'env Env,
        bytes: usize,
        job: impl FnOnce(&Shared) -> std::result::Result<Code, Failure> + Send + 'static,
    ) -> Result<Object<'env>> {
        let (deferred, promise) = env.create_deferred()?;
        let shared = Arc::clone(self.engine.shared());
        let taken = self.compile_queue.run(bytes, move || {
            // A compiler that panics has found a fault of its own in a guest's code: the guest's developer
            // is told, and nothing else is harmed.
            let compiled = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| job(&shared)))
                .unwrap_or_else(|_| {
                    Err(Failure::new(
                        "WW_ERR_GUEST_COMPILE",
                        "Wasmtime's compiler failed on this artifact.",
                    ))
                });
            deferred.resolve(move |env| {
                Ok(match compiled {
                    Ok(code) => Either::A(NativeCode::new(code, &env)?),
                    Err(failure) => Either::B(FailureData::from(failure)),
                })
            });
        });
        taken.map_err(|error| Error::new(Status::GenericFailure, error.to_string()))?;
        Ok(promise)
    }
}

fn to_format(is_component: bool) -> Format {
    if is_component {
        Format::Component
    } else {
        Format::Module
    }
}

fn to_pairs(text: &str) -> Vec<(String, String)> {
    let mut pieces = text.split_terminator('\0');
    let mut pairs = Vec::new();
    while let (Some(name), Some(value)) = (pieces.next(), pieces.next()) {
        pairs.push((name.to_owned(), value.to_owned()));
    }
    pairs
}
