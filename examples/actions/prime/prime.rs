//! Counts up to the nth prime by trial division: pure work for the processor.

use std::time::Instant;

#[path = "../../guest/rust/buffer_second.rs"]
mod buffer_second;
#[path = "../../guest/rust/json.rs"]
mod json;

/// Takes seconds, as the forerunner's action does.
const NTH_DEFAULT: u64 = 500_000;

fn main() {
    buffer_second::run(prime);
}

fn prime(input: &str) -> String {
    let nth = match json::member(input, "nth").map(str::parse) {
        None => NTH_DEFAULT,
        Some(Ok(nth)) if nth > 0 => nth,
        Some(_) => return String::from("{\"error\":\"Expected nth to be a whole number above 0\"}"),
    };
    let start = Instant::now();
    let prime = nth_prime(nth);
    let milliseconds = start.elapsed().as_millis();
    format!("{{\"prime\":{prime},\"calc_time\":{milliseconds}}}")
}

fn nth_prime(nth: u64) -> u64 {
    let mut count = 0;
    let mut candidate = 1;
    while count < nth {
        candidate += 1;
        if is_prime(candidate) {
            count += 1;
        }
    }
    candidate
}

fn is_prime(number: u64) -> bool {
    let mut divisor = 2;
    while divisor * divisor <= number {
        if number % divisor == 0 {
            return false;
        }
        divisor += 1;
    }
    true
}
