module wasmwhisk.local/toolchain-guest

go 1.21
