//! How fast a MiB of JSON is checked, by what it is made of. Run it with `cargo bench`.

use std::{hint::black_box, time::Instant};

use wasmwhisk_guest_io::{plain_result_of, scan_json};

const MEBIBYTE: usize = 1024 * 1024;

/// As many copies of an element as a MiB holds, in an array.
fn array_of(element: &str) -> Vec<u8> {
    let count = MEBIBYTE / (element.len() + 1);
    format!("[{}]", vec![element; count].join(",")).into_bytes()
}

fn main() {
    let texts = [
        (
            "one string",
            array_of(&format!("\"{}\"", "x".repeat(MEBIBYTE - 4))),
        ),
        (
            "one string, not ASCII",
            array_of(&format!("\"{}\"", "❄é".repeat(MEBIBYTE / 5 - 1))),
        ),
        ("strings of 10", array_of(r#""abcdefghij""#)),
        (
            "records",
            array_of(r#"{"id":123456,"name":"Grace Hopper","tags":["a","b"],"ok":true}"#),
        ),
        ("numbers", array_of("1234567")),
        ("digits", array_of("1")),
        ("escapes", array_of(&format!("\"{}\"", r"\n".repeat(100)))),
        ("nesting", array_of(&("[".repeat(500) + &"]".repeat(500)))),
    ];
    for (what, bytes) in &texts {
        let best = |run: &dyn Fn()| {
            (0..50)
                .map(|_| {
                    let start = Instant::now();
                    run();
                    start.elapsed()
                })
                .min()
                .unwrap_or_default()
        };
        let scan = best(&|| {
            black_box(scan_json(black_box(bytes))).expect("the bench's own text is JSON");
        });
        let result = best(&|| {
            black_box(plain_result_of(black_box(bytes), usize::MAX)).expect("a list is a result");
        });
        println!(
            "{what:24} {:8} bytes: scan {scan:9.2?}, result {result:9.2?}",
            bytes.len()
        );
    }
}
