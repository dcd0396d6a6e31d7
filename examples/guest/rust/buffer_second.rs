//! The guest's side of the buffer interface, second form: arguments and result are apart, and the
//! result is plain JSON.

// A guest has one thread, and the host calls these only between its own steps.
static mut INPUT: Vec<u8> = Vec::new();
static mut RESULT: String = String::new();

/// Called by the host before `_start`: gives the address for so many bytes of arguments.
#[no_mangle]
pub extern "C" fn set_input(bytes: usize) -> *mut u8 {
    unsafe {
        INPUT = vec![0; bytes];
        INPUT.as_mut_ptr()
    }
}

#[no_mangle]
pub extern "C" fn get_result() -> *const u8 {
    unsafe { RESULT.as_ptr() }
}

#[no_mangle]
pub extern "C" fn get_result_len() -> usize {
    unsafe { RESULT.len() }
}

/// Runs the action on its arguments and keeps its result, a JSON object or array.
pub fn run(action: fn(&str) -> String) {
    let input = unsafe { std::str::from_utf8(&INPUT) }.expect("UTF-8");
    unsafe { RESULT = action(input) }
}
