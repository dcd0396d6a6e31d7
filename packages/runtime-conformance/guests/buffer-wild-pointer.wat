;; First buffer form whose getters name a range outside of its memory.
(module
  (memory (export "memory") 1)
  (global $ran (mut i32) (i32.const 0))
  (func (export "wasm_memory_buffer_allocate_space") (param i32))
  (func (export "get_wasm_memory_buffer_pointer") (result i32)
    (select (i32.const 0x7ffffff0) (i32.const 0) (global.get $ran)))
  (func (export "get_wasm_memory_buffer_len") (result i32) (i32.const 64))
  (func (export "_start") (global.set $ran (i32.const 1))))
