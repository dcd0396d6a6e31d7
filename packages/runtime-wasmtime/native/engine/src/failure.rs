//! Why something failed, by the codes of `packages/runtime/src/errors.ts`.

use crate::run_state::End;
use std::char::DecodeUtf16Error;
use std::str::Utf8Error;
use wasmtime::{Trap, WasmBacktrace};
use wasmtime_wasi::I32Exit;
use wasmwhisk_guest_io::GuestFault;

/// Frames that a backtrace shows at most.
const FRAMES_MAX: usize = 20;
/// Characters that a function's name shows at most: names come from the guest.
const NAME_LENGTH_MAX: usize = 200;

/// A failure with its code. `code` decides, `message` explains.
#[derive(Debug, Default)]
pub struct Failure {
    /// Such as `WW_ERR_GUEST_TRAP`.
    pub code: &'static str,
    /// What, which, and what to do.
    pub message: String,
    /// Trap code in the spelling of the contract.
    pub trap: Option<&'static str>,
    /// Exit code of a guest that ended itself: 32 bits without a sign.
    pub exit_code: Option<u32>,
    /// Wasm frames, innermost first.
    pub backtrace: Vec<String>,
    /// Module and name of an import that nothing provides.
    pub import: Option<(String, String)>,
    /// For the developer's log on stderr: a refused result.
    pub shown: Option<Vec<u8>>,
    /// The run was ended from outside, which the caller has a text of its own for.
    pub end: Option<End>,
}

impl Failure {
    /// A failure without details.
    pub fn new(code: &'static str, message: impl Into<String>) -> Failure {
        Failure {
            code,
            message: message.into(),
            ..Failure::default()
        }
    }

    /// A run that was ended from outside.
    pub fn ended(end: End) -> Failure {
        Failure {
            code: end.code(),
            end: Some(end),
            ..Failure::default()
        }
    }

    /// The host cannot: a fault of ours, or an exhausted machine.
    pub fn internal(message: impl Into<String>) -> Failure {
        Failure::new("WW_ERR_RUNTIME_INTERNAL", message)
    }
}

impl From<GuestFault> for Failure {
    fn from(fault: GuestFault) -> Failure {
        Failure {
            code: fault.code.as_str(),
            message: fault.message,
            shown: fault.shown,
            ..Failure::default()
        }
    }
}

/// An error of ours on its way through Wasmtime's.
#[derive(Debug)]
pub struct FailureError(pub std::sync::Mutex<Option<Failure>>);

impl FailureError {
    /// Wraps a failure so that a host function can return it.
    pub fn wrap(failure: Failure) -> wasmtime::Error {
        wasmtime::Error::new(FailureError(std::sync::Mutex::new(Some(failure))))
    }
}

impl std::fmt::Display for FailureError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the host ended the guest")
    }
}

impl std::error::Error for FailureError {}

/// What is known about a guest that failed, beside the error.
pub struct FailedGuest {
    /// Why the run was ended from outside, if it was.
    pub end: Option<End>,
    /// A growth of memory was refused.
    pub memory_refused: bool,
    /// The limit of memory in bytes.
    pub memory_limit: usize,
}

/// Translates what came out of a guest, by type and never by text. In this order: a run that was ended
/// from outside says so; an error of ours is itself; a guest that was refused memory failed for want of
/// it; then its exit code or trap.
pub fn to_failure(error: &wasmtime::Error, guest: &FailedGuest) -> Failure {
    let backtrace = frames(error);
    if let Some(end) = guest.end {
        return Failure {
            backtrace,
            ..Failure::ended(end)
        };
    }
    if let Some(FailureError(failure)) = error.downcast_ref()
        && let Some(failure) = failure.lock().ok().and_then(|mut slot| slot.take())
    {
        return failure;
    }
    let failure = Failure {
        backtrace,
        ..guest_failure(error)
    };
    if !guest.memory_refused || failure.code == "WW_ERR_RUNTIME_SATURATED" {
        return failure;
    }
    Failure {
        code: "WW_ERR_RUN_MEMORY_LIMIT",
        message: format!(
            "The guest needed more memory than it may have, {} bytes, and failed: {}",
            guest.memory_limit, failure.message
        ),
        ..failure
    }
}

fn guest_failure(error: &wasmtime::Error) -> Failure {
    if let Some(I32Exit(code)) = error.downcast_ref() {
        let code = code.cast_unsigned();
        return Failure {
            exit_code: Some(code),
            ..Failure::new(
                "WW_ERR_GUEST_EXIT",
                format!("The guest exited with code {code}; only 0 is a normal end."),
            )
        };
    }
    if let Some(trap) = error.downcast_ref::<Trap>() {
        let code = trap_code(*trap);
        let text = trap.to_string();
        let text = text.trim_start_matches("wasm trap: ");
        return Failure {
            trap: Some(code),
            ..Failure::new(
                "WW_ERR_GUEST_TRAP",
                format!("The guest trapped ({code}): {text}."),
            )
        };
    }
    if error.is::<wasmtime::PoolConcurrencyLimitError>() {
        return Failure::new(
            "WW_ERR_RUNTIME_SATURATED",
            "All places of the instance pool are taken.",
        );
    }
    // Anything else that a guest provokes: a handle that it does not own, flags that do not exist, an
    // exception that nobody catches.
    Failure {
        trap: Some("unknown"),
        ..Failure::new(
            "WW_ERR_GUEST_TRAP",
            format!("The guest trapped: {}.", root_text(error)),
        )
    }
}

/// Why the result of a component could not be lifted; `None` where the guest itself failed. What fails
/// inside the guest or its host calls has a backtrace, lifting a result has none.
pub fn unliftable(error: &wasmtime::Error, limit: usize) -> Option<Failure> {
    if error.downcast_ref::<WasmBacktrace>().is_some() {
        return None;
    }
    if error.is::<Utf8Error>() || error.is::<DecodeUtf16Error>() {
        return Some(Failure::new(
            "WW_ERR_RESULT_INVALID",
            "The action returned a text that is not valid Unicode.",
        ));
    }
    is_call_too_large(error).then(|| {
        Failure::new(
            "WW_ERR_RESULT_TOO_LARGE",
            format!("The action returned more than {limit} bytes, the limit of a result."),
        )
    })
}

/// Wasmtime's error for more than `set_hostcall_fuel` allows is private, and has its text only.
fn is_call_too_large(error: &wasmtime::Error) -> bool {
    error
        .root_cause()
        .to_string()
        .contains("fuel allocated for hostcalls has been exhausted")
}

/// The innermost cause in one line, without frames.
pub fn root_text(error: &wasmtime::Error) -> String {
    let text = error.root_cause().to_string();
    text.trim_end_matches('.').replace('\n', " ")
}

/// Whether the guest ended itself with this error and exit code 0.
pub fn is_normal_exit(error: &wasmtime::Error) -> bool {
    matches!(error.downcast_ref(), Some(I32Exit(0)))
}

fn frames(error: &wasmtime::Error) -> Vec<String> {
    let Some(backtrace) = error.downcast_ref::<WasmBacktrace>() else {
        return Vec::new();
    };
    backtrace
        .frames()
        .iter()
        .take(FRAMES_MAX)
        .map(|frame| {
            let name = match frame.func_name() {
                Some(name) => printable(name),
                None => format!("function {}", frame.func_index()),
            };
            let module = printable(frame.module().name().unwrap_or("module"));
            match frame.module_offset() {
                Some(offset) => format!("{name} ({module}+0x{offset:x})"),
                None => format!("{name} ({module})"),
            }
        })
        .collect()
}

fn printable(name: &str) -> String {
    name.chars()
        .take(NAME_LENGTH_MAX)
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}

/// Wasmtime's name in the spelling of the contract (`trapCodes`).
fn trap_code(trap: Trap) -> &'static str {
    match trap {
        Trap::StackOverflow => "stack-overflow",
        Trap::MemoryOutOfBounds => "memory-out-of-bounds",
        Trap::HeapMisaligned => "heap-misaligned",
        Trap::TableOutOfBounds => "table-out-of-bounds",
        Trap::IndirectCallToNull => "indirect-call-to-null",
        Trap::BadSignature => "bad-signature",
        Trap::IntegerOverflow => "integer-overflow",
        Trap::IntegerDivisionByZero => "integer-division-by-zero",
        Trap::BadConversionToInteger => "bad-conversion-to-integer",
        Trap::UnreachableCodeReached => "unreachable-code-reached",
        Trap::Interrupt => "interrupt",
        Trap::OutOfFuel => "out-of-fuel",
        Trap::AtomicWaitNonSharedMemory => "atomic-wait-non-shared-memory",
        Trap::NullReference => "null-reference",
        Trap::ArrayOutOfBounds => "array-out-of-bounds",
        Trap::AllocationTooLarge => "allocation-too-large",
        Trap::CastFailure => "cast-failure",
        Trap::CannotEnterComponent => "cannot-enter-component",
        _ => "unknown",
    }
}
