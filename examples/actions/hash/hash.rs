//! Hashes a text over and over with SHA-256: work for the processor that allocates nothing.

#[path = "../../guest/rust/buffer.rs"]
mod buffer;
#[path = "../../guest/rust/json.rs"]
mod json;
mod sha256;

fn main() {
    buffer::run(hash);
}

/// A missing or wrong parameter is a fault of whoever deployed the action, so it panics: the run
/// fails, and the reason is in the log.
fn hash(input: &str) -> Result<String, String> {
    let iterations: u64 = json::member(input, "iterations")
        .expect("Expected iterations to be present")
        .parse()
        .expect("Expected iterations to be a whole number");
    let text = json::text(json::member(input, "input").expect("Expected input to be present"))
        .expect("Expected input to be a string");
    let mut digest = sha256::digest(text.as_bytes());
    for _ in 1..iterations {
        digest = sha256::digest(&digest);
    }
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("{{\"hash\":\"{hex}\"}}"))
}
