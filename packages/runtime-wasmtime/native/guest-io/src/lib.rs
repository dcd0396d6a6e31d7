//! What guests read and write, as bytes, whatever engine runs them: results and the stdout of
//! commands, the arguments of exports that take numbers, and the HTTP messages of web actions.
//!
//! JSON is scanned and cut, never parsed into values and written anew: integers above 2^53, `1.0`,
//! the order of keys and duplicates of them go through as they were written. Everything here takes
//! what tenants made, so nothing panics, recurses, or needs memory beyond a small multiple of its
//! input.

mod argument;
mod command_output;
mod fault;
mod http_message;
mod http_request;
mod http_request_headers;
mod http_response;
mod json_members;
mod json_scan;
mod json_string;
mod media_type;
mod numeric;
mod result;
mod url_text;

pub use argument::{fits_component_argument, fits_module_argument};
pub use command_output::CommandOutput;
pub use fault::{FaultCode, GuestFault};
pub use http_request::{HttpRequest, http_request};
pub use http_response::http_response;
pub use json_members::{JsonMember, JsonMembers};
pub use json_scan::{JSON_DEPTH_MAX, JsonKind, JsonSpan, JsonSyntaxError, scan_json};
pub use json_string::{decode_json_string, push_json_string};
pub use numeric::{Number, NumberType, numeric_arguments, numeric_result};
pub use result::{Answer, error_answer, plain_result, plain_result_of, tagged_result_of};
