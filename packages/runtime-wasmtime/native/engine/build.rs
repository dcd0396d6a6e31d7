//! Tells the crate for which target it is built.

fn main() {
    let target = std::env::var("TARGET").unwrap_or_default();
    println!("cargo::rustc-env=WASMWHISK_TARGET={target}");
    println!("cargo::rerun-if-changed=build.rs");
}
