use std::{error::Error, fmt};

use crate::json_scan::JsonSyntaxError;

/// Which of the project's error codes a fault has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultCode {
    /// The result is not one JSON object or array.
    ResultInvalid,
    /// The result is longer than the limit.
    ResultTooLarge,
    /// The arguments do not fit the guest interface.
    GuestInput,
}

impl FaultCode {
    /// The code as the error table spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ResultInvalid => "WW_ERR_RESULT_INVALID",
            Self::ResultTooLarge => "WW_ERR_RESULT_TOO_LARGE",
            Self::GuestInput => "WW_ERR_GUEST_INPUT",
        }
    }
}

/// A failure of the guest or of its arguments. The developer is to blame, not the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuestFault {
    /// Decides what the failure is.
    pub code: FaultCode,
    /// Explains it; goes to the wire.
    pub message: String,
    /// What was refused, for the developer's log on stderr: at most 16 KiB and a line end.
    pub shown: Option<Vec<u8>>,
}

/// How much of a bad result is shown in the developer's log.
const SHOWN_BYTES_MAX: usize = 16 * 1024;

impl GuestFault {
    pub(crate) fn input(message: impl Into<String>) -> Self {
        Self {
            code: FaultCode::GuestInput,
            message: message.into(),
            shown: None,
        }
    }

    pub(crate) fn not_json(error: JsonSyntaxError) -> Self {
        Self::input(format!("The input is no JSON: {error}."))
    }

    pub(crate) fn too_large(message: impl Into<String>) -> Self {
        Self {
            code: FaultCode::ResultTooLarge,
            message: message.into(),
            shown: None,
        }
    }

    pub(crate) fn invalid(message: impl Into<String>, refused: &[u8]) -> Self {
        let mut shown = refused[..refused.len().min(SHOWN_BYTES_MAX)].to_vec();
        shown.push(b'\n');
        Self {
            code: FaultCode::ResultInvalid,
            message: message.into(),
            shown: Some(shown),
        }
    }
}

impl fmt::Display for GuestFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code.as_str(), self.message)
    }
}

impl Error for GuestFault {}
