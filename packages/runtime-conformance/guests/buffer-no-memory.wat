;; First buffer form that keeps its memory to itself.
(module
  (memory 1)
  (func (export "wasm_memory_buffer_allocate_space") (param i32))
  (func (export "get_wasm_memory_buffer_pointer") (result i32) (i32.const 0))
  (func (export "get_wasm_memory_buffer_len") (result i32) (i32.const 0))
  (func (export "_start")))
