//! No guest keeps a thread from another for long, whatever it does between two looks at the epoch.

#[expect(dead_code, reason = "these tests begin several runs at once")]
mod host;

use host::host;
use std::time::Duration;
use wasmwhisk_engine::{End, Success};

const MEMORY_BYTES: usize = 256 * 1024 * 1024;
/// More than all of them could do in the time that a test waits.
const REPEATS: usize = 3_000;
/// Long enough for the first instruction of each, whatever else the machine does.
const GREEDY_TIME: Duration = Duration::from_secs(5);
const SHORT: &str = r#"(module (memory (export "memory") 1) (func (export "_start")))"#;

/// As many of these guests as there are lanes, and one that only wants to answer.
#[track_caller]
fn assert_gives_way(greedy: &str) {
    let host = host(MEMORY_BYTES);
    let (greedy, short) = (host.container(greedy), host.container(SHORT));
    for id in 1..=3 {
        host.start(id, &greedy, GREEDY_TIME);
    }
    host.start(4, &short, Duration::from_secs(60));
    let ends = host.ends(4);
    let order: Vec<u64> = ends.iter().map(|(id, _)| *id).collect();
    assert_eq!(order[0], 4, "the short run was answered after {order:?}");
    for (id, (result, _)) in ends {
        match (id, result) {
            (4, result) => assert!(matches!(result, Ok(Success::Answer(_)))),
            (_, result) => {
                let failure = result.expect_err("the greedy ones are ended");
                assert_eq!(failure.end, Some(End::Timeout), "{}", failure.message);
            }
        }
    }
}

/// A guest that does one thing again and again, without a loop and without a call of its own functions.
fn in_a_row(instruction: &str) -> String {
    format!(
        r#"(module
            (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
            (memory (export "memory") 4096)
            (table $table 1000000 funcref)
            (func (export "_start") {}))"#,
        instruction.repeat(REPEATS)
    )
}

#[test]
fn checks_for_the_end_between_host_calls() {
    assert_gives_way(&in_a_row(
        "(drop (call $random (i32.const 65536) (i32.const 4000000)))",
    ));
}

#[test]
fn checks_for_the_end_within_a_long_host_call() {
    // 200 MiB of random bytes each.
    assert_gives_way(&in_a_row(
        "(drop (call $random (i32.const 65536) (i32.const 209715200)))",
    ));
}

#[test]
fn checks_for_the_end_between_fills_of_memory() {
    assert_gives_way(&in_a_row(
        "(memory.fill (i32.const 0) (i32.const 1) (i32.const 268435456))",
    ));
}

#[test]
fn checks_for_the_end_between_copies_of_memory() {
    assert_gives_way(&in_a_row(
        "(memory.copy (i32.const 0) (i32.const 134217728) (i32.const 134217728))",
    ));
}

#[test]
fn checks_for_the_end_between_fills_of_tables() {
    assert_gives_way(&in_a_row(
        "(table.fill $table (i32.const 0) (ref.null func) (i32.const 1000000))",
    ));
}

#[test]
fn checks_for_the_end_between_copies_of_tables() {
    assert_gives_way(&in_a_row(
        "(table.copy (i32.const 0) (i32.const 500000) (i32.const 500000))",
    ));
}

#[test]
fn checks_for_the_end_between_strings_of_components() {
    // 64 Mi characters, made from UTF-16 to UTF-8 each time.
    let calls = "(call $take (i32.const 0) (i32.const 33554432))".repeat(REPEATS);
    assert_gives_way(&format!(
        r#"(component
            (component $callee
                (core module $m
                    (memory (export "memory") 1536)
                    (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 0)
                    (func (export "take") (param i32 i32)))
                (core instance $m (instantiate $m))
                (func (export "take") (param "text" string)
                    (canon lift (core func $m "take") (memory (core memory $m "memory")) (realloc (core func $m "realloc")))))
            (component $caller
                (import "take" (func $take (param "text" string)))
                (core module $heap
                    (memory (export "memory") 1536)
                    (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 0))
                (core instance $heap (instantiate $heap))
                (core func $take (canon lower (func $take)
                    (memory (core memory $heap "memory")) string-encoding=utf16))
                (core module $main
                    (import "host" "take" (func $take (param i32 i32)))
                    (func (export "run") (param i32 i32) (result i32) {calls} (unreachable)))
                (core instance $main (instantiate $main
                    (with "host" (instance (export "take" (func $take))))))
                (func (export "run") (param "input" string) (result (result string (error string)))
                    (canon lift (core func $main "run")
                        (memory (core memory $heap "memory")) (realloc (core func $heap "realloc")))))
            (instance $callee (instantiate $callee))
            (instance $caller (instantiate $caller (with "take" (func $callee "take"))))
            (instance $handler (export "run" (func $caller "run")))
            (export "wasmwhisk:action/handler@0.1.0" (instance $handler)))"#
    ));
}
