//! wasmwhisk-code-cache.
