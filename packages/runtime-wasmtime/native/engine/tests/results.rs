//! What a component returns is read before the component frees it.

mod host;

use wasmwhisk_engine::{Failure, Success};

/// Answers `text` as its result, and overwrites it in post-return, as an allocator may.
fn component(text: &str, length: usize, is_error: bool, encoding: &str) -> String {
    format!(
        r#"(component
            (core module $m
                (memory (export "memory") 64)
                (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 65536)
                (func (export "run") (param i32 i32) (result i32)
                    (i32.store8 (i32.const 8) (i32.const {is_error}))
                    (i32.store (i32.const 12) (i32.const 1024))
                    (i32.store (i32.const 16) (i32.const {length}))
                    (i32.const 8))
                (func (export "free") (param i32)
                    (memory.fill (i32.const 0) (i32.const 255) (i32.const 65536)))
                (data (i32.const 1024) "{text}"))
            (core instance $m (instantiate $m))
            (func $run (param "input" string) (result (result string (error string)))
                (canon lift (core func $m "run") (memory (core memory $m "memory")) (realloc (core func $m "realloc"))
                    (post-return (core func $m "free")) string-encoding={encoding}))
            (instance $handler (export "run" (func $run)))
            (export "wasmwhisk:action/handler@0.1.0" (instance $handler)))"#,
        is_error = u8::from(is_error),
    )
}

fn run(wat: &str) -> Result<(bool, String), Box<Failure>> {
    match host::host(16 * 1024 * 1024).run(wat).0? {
        Success::Answer(answer) => Ok((
            answer.is_error,
            String::from_utf8(answer.json).expect("JSON is UTF-8"),
        )),
        Success::Exit(code) => panic!("an action has no exit code, and has {code}"),
    }
}

#[test]
fn reads_a_result_before_it_is_freed() {
    let answer = run(&component(r#"{\22a\22:1}"#, 7, false, "utf8"));
    assert_eq!(answer.expect("a result"), (false, r#"{"a":1}"#.to_owned()));
}

#[test]
fn reads_an_error_before_it_is_freed() {
    let answer = run(&component("no luck", 7, true, "utf8"));
    assert_eq!(answer.expect("an error"), (true, r#""no luck""#.to_owned()));
}

#[test]
fn reads_a_result_in_every_encoding_before_it_is_freed() {
    let utf16 = r#"{\00\22\00\e9\00\22\00:\001\00}\00"#;
    let answer = run(&component(utf16, 7, false, "utf16"));
    assert_eq!(answer.expect("a result"), (false, r#"{"é":1}"#.to_owned()));
    let latin1 = r#"{\22\e9\22:1}"#;
    let answer = run(&component(latin1, 7, false, "latin1+utf16"));
    assert_eq!(answer.expect("a result"), (false, r#"{"é":1}"#.to_owned()));
}

#[test]
fn refuses_a_result_that_is_not_unicode() {
    for (text, encoding) in [(r"\ff\ff\ff\ff", "utf8"), (r"\00\dc\00\dc", "utf16")] {
        let failure = run(&component(text, 2, false, encoding)).expect_err("no text");
        assert_eq!(failure.code, "WW_ERR_RESULT_INVALID", "{}", failure.message);
    }
}

#[test]
fn refuses_a_result_that_is_longer_than_its_limit() {
    // One that a host call could bring, and one that is longer than any of these.
    for length in [2_000, 5 * 1024 * 1024] {
        let wat = component("{}", length, false, "utf8").replace(
            r#"(memory (export "memory") 64)"#,
            r#"(memory (export "memory") 100)"#,
        );
        let failure = run(&wat).expect_err("too long");
        assert_eq!(
            failure.code, "WW_ERR_RESULT_TOO_LARGE",
            "{}",
            failure.message
        );
    }
}
