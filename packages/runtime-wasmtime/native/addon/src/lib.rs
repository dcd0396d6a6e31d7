//! wasmwhisk-addon.
