;; The first buffer form: one buffer carries the input in and {"Ok": x} or {"Err": e} out.
(global $buffer (mut i32) (i32.const 65536))
(global $buffer_length (mut i32) (i32.const 0))

(func (export "wasm_memory_buffer_allocate_space") (param $length i32)
  (call $reserve (i32.add (i32.const 65536) (local.get $length)))
  (global.set $buffer_length (local.get $length)))
(func (export "get_wasm_memory_buffer_pointer") (result i32) (global.get $buffer))
(func (export "get_wasm_memory_buffer_len") (result i32) (global.get $buffer_length))

(func (export "_start") (call $act (global.get $buffer) (global.get $buffer_length)))

(func $answer (param $text i32) (param $length i32)
  (global.set $buffer
    (call $wrap (i32.const 256) (i32.const 6) (local.get $text) (local.get $length)))
  (global.set $buffer_length (i32.add (local.get $length) (i32.const 7))))

(func $fail (param $text i32) (param $length i32)
  (global.set $buffer
    (call $wrap (i32.const 272) (i32.const 7) (local.get $text) (local.get $length)))
  (global.set $buffer_length (i32.add (local.get $length) (i32.const 8))))
