//! Writes a file and reads on from where writing ended, as the forerunner's action does: nothing is
//! left to read there. With `{"rewind": true}` it goes back first and reads what it wrote.

use std::fs::OpenOptions;
use std::io::{self, Read, Seek, Write};

#[path = "../../guest/rust/json.rs"]
mod json;

/// The action is granted this directory, and no other.
const FILE: &str = "/tmp/filesys/note.txt";

fn main() {
    let input = read_input();
    let text = json::member(&input, "text").and_then(json::text);
    let rewind = json::member(&input, "rewind") == Some("true");
    match write_and_read(text.as_deref().unwrap_or("Hello, file!"), rewind) {
        Ok(content) => println!("{{\"success\":true,\"content\":{}}}", json::quote(&content)),
        Err(error) => println!("{{\"error\":{}}}", json::quote(&format!("{FILE}: {error}"))),
    }
}

fn write_and_read(text: &str, rewind: bool) -> io::Result<String> {
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(FILE)?;
    file.write_all(text.as_bytes())?;
    if rewind {
        file.rewind()?;
    }
    let mut content = String::new();
    file.read_to_string(&mut content)?;
    Ok(content)
}

/// The arguments come as an argument, or on stdin where they are long.
fn read_input() -> String {
    std::env::args().nth(1).unwrap_or_else(|| {
        let mut input = String::new();
        io::stdin().read_to_string(&mut input).expect("arguments on stdin");
        input
    })
}
