//! What the modules are fed to.

use std::fmt;

use wasmparser::{Validator, WasmFeatures};

use crate::module::{Case, Shape};

/// How one module fared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The module was not taken: invalid, not supported, or beyond a limit of compilation.
    Refused,
    /// It was compiled and did not come to run: an import is missing, or instantiation failed.
    NotStarted,
    /// A Wasm trap or an uncaught exception ended the run.
    Trapped,
    /// The host ended the run: deadline, memory limit, log limit.
    Stopped,
    /// The run came to an end of its own: a result, a refusal of what it left as one, or an exit.
    Ended,
    /// The target only checks modules, and this one is valid.
    Valid,
    /// What must never happen, such as an error of the runtime's own. Makes the whole campaign fail.
    Fault(String),
}

impl Outcome {
    /// The outcomes' names, in the order in which they are counted.
    pub const NAMES: [&str; 7] = [
        "refused",
        "not started",
        "trapped",
        "stopped",
        "ended",
        "valid",
        "fault",
    ];

    /// The outcome's place among [`NAMES`](Self::NAMES).
    #[must_use]
    pub fn place(&self) -> usize {
        match self {
            Self::Refused => 0,
            Self::NotStarted => 1,
            Self::Trapped => 2,
            Self::Stopped => 3,
            Self::Ended => 4,
            Self::Valid => 5,
            Self::Fault(_) => 6,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(Self::NAMES[self.place()])?;
        match self {
            Self::Fault(text) => write!(formatter, ": {text}"),
            _ => Ok(()),
        }
    }
}

/// A module whose outcome is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// Its index.
    pub index: u64,
    /// What it looks like.
    pub shape: Shape,
    /// How it fared.
    pub outcome: Outcome,
}

/// Something that takes modules which may be hostile. A crash of it is a finding and ends the process.
pub trait Target {
    /// Compiles the module and runs it. Gives what is known by now: of this module, of earlier ones, or of none.
    fn try_module(&mut self, index: u64, case: Case) -> Vec<Tried>;

    /// Waits for all that is still on its way.
    fn finish(&mut self) -> Vec<Tried> {
        Vec::new()
    }

    /// What must never happen, and belongs to no single module. Told once.
    fn take_faults(&mut self) -> Vec<String> {
        Vec::new()
    }
}

/// Checks modules and runs nothing: shows what the generator is worth where no engine is at hand.
#[derive(Debug, Default)]
pub struct CheckOnly;

impl Target for CheckOnly {
    fn try_module(&mut self, index: u64, case: Case) -> Vec<Tried> {
        let checked = Validator::new_with_features(WasmFeatures::all()).validate_all(&case.bytes);
        let outcome = match checked {
            Ok(_) => Outcome::Valid,
            Err(_) => Outcome::Refused,
        };
        vec![Tried {
            index,
            shape: case.shape,
            outcome,
        }]
    }
}
