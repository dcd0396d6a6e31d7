//! wasmwhisk-guest-io.
