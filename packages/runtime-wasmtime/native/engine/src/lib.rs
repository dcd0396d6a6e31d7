//! wasmwhisk-engine.
