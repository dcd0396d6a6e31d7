//! The guest's side of the buffer interface, first form. One buffer carries the arguments in and
//! the result out.

// A guest has one thread, and the host calls the getters only between its own steps.
static mut BUFFER: Vec<u8> = Vec::new();

/// Called by the host before `_start`: makes room for the arguments.
#[no_mangle]
pub extern "C" fn wasm_memory_buffer_allocate_space(bytes: usize) {
    unsafe { BUFFER = vec![0; bytes] }
}

#[no_mangle]
pub extern "C" fn get_wasm_memory_buffer_pointer() -> *const u8 {
    unsafe { BUFFER.as_ptr() }
}

#[no_mangle]
pub extern "C" fn get_wasm_memory_buffer_len() -> usize {
    unsafe { BUFFER.len() }
}

/// Runs the action on its arguments and keeps its result: JSON text, or the JSON of an error that
/// the caller sees.
pub fn run(action: fn(&str) -> Result<String, String>) {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.is_empty() || arguments.len() > 2 {
        eprintln!("expected one or two arguments, got {}", arguments.len());
        return;
    }
    // The length in bytes is the last argument; before it may stand the program's name.
    let length: usize = arguments[arguments.len() - 1].parse().expect("the length of the input");
    let input = unsafe { String::from_utf8(BUFFER[..length].to_vec()) }.expect("UTF-8");
    let result = match action(&input) {
        Ok(json) => format!("{{\"Ok\":{json}}}"),
        Err(json) => format!("{{\"Err\":{json}}}"),
    };
    unsafe { BUFFER = result.into_bytes() }
}
