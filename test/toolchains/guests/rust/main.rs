//! The action of test/toolchains/guests/README.md as a WASI command.
#[path = "../../../../examples/guest/rust/json.rs"]
mod json;

use std::alloc::{alloc, handle_alloc_error, realloc, Layout};
use std::io::Read;
use std::sync::atomic::{AtomicU32, Ordering};

static RUNS: AtomicU32 = AtomicU32::new(0);

/// For the component only. The wasi-libc of Rust 1.63 takes all memory from its heap's base for its own when it
/// first allocates. The adapter's state must not lie there, so the adapter asks for its memory here.
#[no_mangle]
pub unsafe extern "C" fn cabi_realloc(
    old: *mut u8,
    old_size: usize,
    alignment: usize,
    size: usize,
) -> *mut u8 {
    let layout = Layout::from_size_align_unchecked(old_size, alignment);
    let space = if old_size == 0 {
        alloc(Layout::from_size_align_unchecked(size, alignment))
    } else {
        realloc(old, layout, size)
    };
    if space.is_null() {
        handle_alloc_error(layout);
    }
    space
}

fn answer(args: &str) -> String {
    let runs = RUNS.fetch_add(1, Ordering::Relaxed) + 1;
    let text_of = |name| json::member(args, name).and_then(json::text);
    match text_of("ask").as_deref() {
        Some("result") => {
            let greeting = format!("Hello, {}!", text_of("name").expect("a name"));
            format!("{{\"greeting\":{}}}", json::quote(&greeting))
        }
        Some("error") => "{\"error\":{\"reason\":\"asked for\"}}".to_string(),
        Some("log") => {
            println!("first line on stdout");
            println!("zweite Zeile: grün, 你好, 🦀");
            eprintln!("a line on stderr");
            "{\"logged\":true}".to_string()
        }
        Some("echo") => {
            let text = text_of("text").expect("a text");
            format!("{{\"text\":{},\"bytes\":{}}}", json::quote(&text), text.len())
        }
        Some("turn") => {
            let wait = json::member(args, "waitMs").map_or(0, |text| text.parse().expect("a number"));
            if wait > 0 {
                std::thread::sleep(std::time::Duration::from_millis(wait));
            }
            let number = json::member(args, "number").expect("a number");
            format!("{{\"number\":{number},\"runs\":{runs}}}")
        }
        other => panic!("unknown: {other:?}"),
    }
}

fn main() {
    // The program's argument, or all of stdin where the arguments are too long for one.
    let input = std::env::args().nth(1).unwrap_or_else(|| {
        let mut all = String::new();
        std::io::stdin().read_to_string(&mut all).expect("stdin");
        all
    });
    println!("{}", answer(&input));
}
