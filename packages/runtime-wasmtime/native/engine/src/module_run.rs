//! Runs of core modules.

use crate::container::{Container, Linked};
use crate::engine::{CommandRequest, RunRequest, Shared};
use crate::failure::{FailedGuest, Failure, is_normal_exit, to_failure};
use crate::guarded_modules;
use crate::guest_store::ModuleStore;
use crate::guest_wasi::{self, Stdio};
use crate::limiter::Limiter;
use crate::outbox::{Stream, Success};
use crate::preemption::Preemption;
use crate::rights::DroppedRights;
use crate::run_state::RunState;
use crate::run_task::GuestEnd;
use crate::settings::GuestInterface;
use crate::streams::{AskedInput, GivenInput, GuestOutput, Inbox, LogStream};
use bytes::Bytes;
use std::sync::{Arc, Mutex, PoisonError};
use wasmtime::{Extern, Instance, Memory, Store, Val, ValType};
use wasmtime_wasi::WasiView;
use wasmwhisk_guest_io::{
    Answer, CommandOutput, Number, NumberType, fits_module_argument, numeric_arguments,
    numeric_result, plain_result_of, tagged_result_of,
};

/// argv[0] of every action.
pub const PROGRAM_NAME: &str = "action";

/// One activation of a module in a fresh instance.
pub async fn run(
    container: Arc<Container>,
    shared: Arc<Shared>,
    state: Arc<RunState>,
    request: RunRequest,
) -> GuestEnd {
    let log = |stream| LogStream::new(&state, &shared.outbox, stream);
    let RunRequest {
        mut input,
        shared_environment,
        environment,
        ..
    } = request;
    let environment = [shared_environment.as_slice(), environment.as_slice()];
    let command_output = Arc::new(Mutex::new(None));
    let mut args = vec![PROGRAM_NAME.to_owned()];
    let mut stdin = GivenInput::new(Bytes::new());
    let mut stdout = GuestOutput::Log(log(Stream::Stdout));
    match container.settings.interface {
        GuestInterface::Command => {
            let bytes = Bytes::from(std::mem::take(&mut input));
            if fits_module_argument(bytes.len()) {
                args.push(String::from_utf8_lossy(&bytes).into_owned());
            }
            stdin = GivenInput::new(bytes);
            *command_output
                .lock()
                .unwrap_or_else(PoisonError::into_inner) =
                Some(CommandOutput::new(container.settings.limits.result_bytes));
            stdout = GuestOutput::Result(log(Stream::Stdout), Arc::clone(&command_output));
        }
        GuestInterface::Buffer | GuestInterface::BufferSecond => {
            args.push(input.len().to_string());
        }
        _ => {}
    }
    let stdio = Stdio {
        stdin: Box::new(stdin),
        stdout,
        stderr: GuestOutput::Log(log(Stream::Stderr)),
    };
    let mut guest = match Guest::new(&container, &shared, &state, &args, &environment, stdio) {
        Ok(guest) => guest,
        Err(failure) => return failed(failure),
    };
    let result = match container.settings.interface {
        GuestInterface::Command => match guest.run_start(&container).await {
            Ok(()) => finish_command(&command_output),
            Err(failure) => {
                abandon_command(&command_output, &log(Stream::Stdout));
                Err(failure)
            }
        },
        GuestInterface::Buffer => guest.run_buffer(&container, &input).await,
        GuestInterface::BufferSecond => guest.run_buffer_second(&container, &input).await,
        _ => guest.run_numeric(&container, &input).await,
    };
    guest.end(show(result, &log(Stream::Stderr)).map(Success::Answer))
}

/// A plain command: any exit code is an outcome, only traps are errors.
pub async fn run_command(
    container: Arc<Container>,
    shared: Arc<Shared>,
    state: Arc<RunState>,
    request: CommandRequest,
    inbox: Arc<Inbox>,
) -> GuestEnd {
    let output = |stream| GuestOutput::Log(LogStream::new(&state, &shared.outbox, stream));
    let stdio = Stdio {
        stdin: Box::new(AskedInput::new(&state, &shared.outbox, &inbox)),
        stdout: output(Stream::Stdout),
        stderr: output(Stream::Stderr),
    };
    let CommandRequest {
        args, environment, ..
    } = request;
    let environment = [environment.as_slice()];
    let mut guest = match Guest::new(&container, &shared, &state, &args, &environment, stdio) {
        Ok(guest) => guest,
        Err(failure) => return failed(failure),
    };
    let result = guest.run_start(&container).await;
    let result = match result {
        Ok(_) => Ok(Success::Exit(0)),
        Err(Failure {
            code: "WW_ERR_GUEST_EXIT",
            exit_code: Some(code),
            ..
        }) => Ok(Success::Exit(code)),
        Err(failure) => Err(failure),
    };
    guest.end(result)
}

/// Makes what was refused readable for its developer.
pub fn show(result: Result<Answer, Failure>, stderr: &LogStream) -> Result<Answer, Failure> {
    if let Err(Failure {
        shown: Some(bytes), ..
    }) = &result
    {
        stderr.send(bytes);
    }
    result
}

/// Takes the result out of what a command wrote.
pub fn finish_command(output: &Mutex<Option<CommandOutput>>) -> Result<Answer, Failure> {
    let output = output.lock().unwrap_or_else(PoisonError::into_inner).take();
    match output {
        Some(output) => Ok(output.finish()?),
        None => Err(Failure::internal("A command ran without an output.")),
    }
}

/// The guest failed: what was held back is log after all.
pub fn abandon_command(output: &Mutex<Option<CommandOutput>>, log: &LogStream) {
    let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(output) = output.as_mut() {
        output.abandon(&mut |line| log.send(line));
    }
    *output = None;
}

/// A guest that could not be made.
pub fn failed(failure: Failure) -> GuestEnd {
    GuestEnd {
        result: Err(failure),
        memory_bytes: 0,
        fuel: None,
    }
}

/// A fresh instance, as long as its run lasts.
struct Guest {
    store: Store<ModuleStore>,
    state: Arc<RunState>,
    fuel: Option<u64>,
    memory_limit: usize,
}

impl Guest {
    fn new(
        container: &Container,
        shared: &Shared,
        state: &Arc<RunState>,
        args: &[String],
        environment: &[&[(String, String)]],
        stdio: Stdio,
    ) -> Result<Guest, Failure> {
        let limits = container.settings.limits;
        let mut builder = guest_wasi::builder(args, environment, stdio);
        guest_wasi::preopen(&mut builder, &container.settings.directories)?;
        let mut wasi = builder.build_p1();
        wasi.ctx()
            .table
            .set_max_capacity(guest_wasi::MODULE_RESOURCES_MAX);
        let preemption = Preemption::new(state, &shared.ticks);
        let data = ModuleStore {
            wasi,
            rights: DroppedRights::default(),
            preemption: Arc::clone(&preemption),
            limiter: Limiter::new(
                Arc::clone(state),
                limits.memory_bytes,
                limits.table_elements,
            ),
            files: container.files().map(|mut files| {
                guarded_modules::granted(&mut files);
                files
            }),
        };
        let mut store = Store::new(&shared.wasm, data);
        store.limiter(|data| &mut data.limiter);
        preemption.watch(&mut store);
        guest_wasi::give_fuel(&mut store, shared.settings.fuel)?;
        Ok(Guest {
            store,
            state: Arc::clone(state),
            fuel: shared.settings.fuel,
            memory_limit: limits.memory_bytes,
        })
    }

    async fn instantiate(&mut self, container: &Container) -> Result<Instance, Failure> {
        let Linked::Module(pre) = &container.linked else {
            return Err(Failure::internal("A component came to where modules run."));
        };
        pre.instantiate_async(&mut self.store)
            .await
            .map_err(|error| self.failure(&error))
    }

    /// Calls the entry.
    async fn run_start(&mut self, container: &Container) -> Result<(), Failure> {
        let instance = match self.instantiate(container).await {
            Ok(instance) => instance,
            Err(failure) if failure.exit_code == Some(0) => return Ok(()),
            Err(failure) => return Err(failure),
        };
        self.call_start(&instance, &container.settings.entry).await
    }

    async fn call_start(&mut self, instance: &Instance, entry: &str) -> Result<(), Failure> {
        let start = instance
            .get_typed_func::<(), ()>(&mut self.store, entry)
            .map_err(|_| missing_function(entry))?;
        match start.call_async(&mut self.store, ()).await {
            Ok(()) => Ok(()),
            Err(error) if is_normal_exit(&error) => Ok(()),
            Err(error) => Err(self.failure(&error)),
        }
    }

    /// First form: `wasm_memory_buffer_allocate_space(n)`, then a pointer and a length getter. The
    /// pointer may change with every call and the memory may grow, so both are asked for each time.
    async fn run_buffer(&mut self, container: &Container, input: &[u8]) -> Result<Answer, Failure> {
        let instance = self.instantiate(container).await?;
        let length = self.length_of(input)?;
        self.call(
            "wasm_memory_buffer_allocate_space",
            &instance,
            &[Val::I32(length)],
        )
        .await?;
        let pointer = self
            .call("get_wasm_memory_buffer_pointer", &instance, &[])
            .await?;
        self.write(&instance, pointer, input)?;
        self.call_start(&instance, &container.settings.entry)
            .await?;
        let pointer = self
            .call("get_wasm_memory_buffer_pointer", &instance, &[])
            .await?;
        let length = self
            .call("get_wasm_memory_buffer_len", &instance, &[])
            .await?;
        let bytes = self.read(&instance, pointer, length)?;
        Ok(tagged_result_of(
            bytes,
            container.settings.limits.result_bytes,
        )?)
    }

    /// Second form: `set_input(n)` gives the address to write to; `get_result()` and `get_result_len()`
    /// name plain JSON.
    async fn run_buffer_second(
        &mut self,
        container: &Container,
        input: &[u8],
    ) -> Result<Answer, Failure> {
        let instance = self.instantiate(container).await?;
        let length = self.length_of(input)?;
        let pointer = self
            .call("set_input", &instance, &[Val::I32(length)])
            .await?;
        self.write(&instance, pointer, input)?;
        self.call_start(&instance, &container.settings.entry)
            .await?;
        let length = self.call("get_result_len", &instance, &[]).await?;
        let pointer = self.call("get_result", &instance, &[]).await?;
        let bytes = self.read(&instance, pointer, length)?;
        Ok(plain_result_of(
            bytes,
            container.settings.limits.result_bytes,
        )?)
    }

    async fn run_numeric(
        &mut self,
        container: &Container,
        input: &[u8],
    ) -> Result<Answer, Failure> {
        let entry = &container.settings.entry;
        let Linked::Module(pre) = &container.linked else {
            return Err(Failure::internal("A component came to where modules run."));
        };
        let exported = pre.module().get_export(entry);
        let Some(signature) = exported.as_ref().and_then(|exported| exported.func()) else {
            return Err(missing_function(entry));
        };
        let params: Option<Vec<NumberType>> =
            signature.params().map(|each| number_type(&each)).collect();
        let Some(params) = params else {
            return Err(missing_function(entry));
        };
        let args: Vec<Val> = numeric_arguments(input, &params)?
            .into_iter()
            .map(to_val)
            .collect();
        let instance = self.instantiate(container).await?;
        if instance.get_func(&mut self.store, "_initialize").is_some() {
            self.call_start(&instance, "_initialize").await?;
        }
        let value = self.call(entry, &instance, &args).await?;
        let json = numeric_result(value.and_then(to_number));
        Ok(Answer {
            is_error: false,
            json,
        })
    }

    /// Calls an exported function with at most one result.
    async fn call(
        &mut self,
        name: &str,
        instance: &Instance,
        args: &[Val],
    ) -> Result<Option<Val>, Failure> {
        let function = instance
            .get_func(&mut self.store, name)
            .ok_or_else(|| missing_function(name))?;
        let signature = function.ty(&self.store);
        if signature.params().len() != args.len() || signature.results().len() > 1 {
            return Err(Failure::new(
                "WW_ERR_GUEST_EXPORT_MISSING",
                format!(
                    "The guest exports a function \"{name}\" of another type than its interface has."
                ),
            ));
        }
        let mut results = [Val::I32(0)];
        let count = signature.results().len();
        match function
            .call_async(&mut self.store, args, &mut results[..count])
            .await
        {
            Ok(()) => Ok(results[..count].first().copied()),
            // Exit code 0 is a normal end that returns nothing.
            Err(error) if is_normal_exit(&error) => Ok(None),
            Err(error) => Err(self.failure(&error)),
        }
    }

    fn length_of(&self, input: &[u8]) -> Result<i32, Failure> {
        i32::try_from(input.len()).map_err(|_| {
            Failure::new(
                "WW_ERR_GUEST_INPUT",
                "The arguments are longer than a guest's memory.",
            )
        })
    }

    fn memory(&mut self, instance: &Instance) -> Result<Memory, Failure> {
        match instance.get_export(&mut self.store, "memory") {
            Some(Extern::Memory(memory)) => Ok(memory),
            _ => Err(Failure::new(
                "WW_ERR_GUEST_EXPORT_MISSING",
                "The guest does not export its memory under the name \"memory\".",
            )),
        }
    }

    fn write(
        &mut self,
        instance: &Instance,
        pointer: Option<Val>,
        input: &[u8],
    ) -> Result<(), Failure> {
        let memory = self.memory(instance)?;
        let start = address(pointer);
        let bytes = memory.data_mut(&mut self.store);
        let size = bytes.len();
        match bytes.get_mut(start..start.saturating_add(input.len())) {
            Some(target) => {
                target.copy_from_slice(input);
                Ok(())
            }
            None => Err(outside(start, input.len(), size)),
        }
    }

    fn read(
        &mut self,
        instance: &Instance,
        pointer: Option<Val>,
        length: Option<Val>,
    ) -> Result<&[u8], Failure> {
        let memory = self.memory(instance)?;
        let (start, length) = (address(pointer), address(length));
        let bytes = memory.data(&self.store);
        bytes
            .get(start..start.saturating_add(length))
            .ok_or_else(|| outside(start, length, bytes.len()))
    }

    fn failure(&self, error: &wasmtime::Error) -> Failure {
        to_failure(
            error,
            &FailedGuest {
                end: self.state.end(),
                memory_refused: self.store.data().limiter.memory_refused,
                memory_limit: self.memory_limit,
            },
        )
    }

    fn end(self, result: Result<Success, Failure>) -> GuestEnd {
        GuestEnd {
            result,
            memory_bytes: self.store.data().limiter.memory_bytes() as u64,
            fuel: guest_wasi::fuel_used(&self.store, self.fuel),
        }
    }
}

fn missing_function(name: &str) -> Failure {
    Failure::new(
        "WW_ERR_GUEST_EXPORT_MISSING",
        format!(
            "The guest does not export a function \"{name}\" of the type that its interface has."
        ),
    )
}

fn outside(start: usize, length: usize, size: usize) -> Failure {
    Failure {
        trap: Some("memory-out-of-bounds"),
        ..Failure::new(
            "WW_ERR_GUEST_TRAP",
            format!(
                "The guest named a buffer outside its memory: {length} bytes at {start} of {size}."
            ),
        )
    }
}

/// An address or a length as a guest gives it: 32 bits without a sign.
fn address(value: Option<Val>) -> usize {
    match value {
        Some(Val::I32(number)) => number.cast_unsigned() as usize,
        Some(Val::I64(number)) => usize::try_from(number.cast_unsigned()).unwrap_or(usize::MAX),
        _ => 0,
    }
}

fn number_type(value: &ValType) -> Option<NumberType> {
    match value {
        ValType::I32 => Some(NumberType::I32),
        ValType::I64 => Some(NumberType::I64),
        ValType::F32 => Some(NumberType::F32),
        ValType::F64 => Some(NumberType::F64),
        _ => None,
    }
}

fn to_val(number: Number) -> Val {
    match number {
        Number::I32(value) => Val::I32(value),
        Number::I64(value) => Val::I64(value),
        Number::F32(value) => Val::F32(value.to_bits()),
        Number::F64(value) => Val::F64(value.to_bits()),
    }
}

fn to_number(value: Val) -> Option<Number> {
    match value {
        Val::I32(value) => Some(Number::I32(value)),
        Val::I64(value) => Some(Number::I64(value)),
        Val::F32(bits) => Some(Number::F32(f32::from_bits(bits))),
        Val::F64(bits) => Some(Number::F64(f64::from_bits(bits))),
        _ => None,
    }
}
