;; Echoes, and its entry is the export `niam`. `_start` is there too and gives the game away when it
;; is called instead. Buffer interface, second form.
(module
  (memory (export "memory") 1)
  (data (i32.const 0) "{\"called\":\"_start\"}")
  (global $length (mut i32) (i32.const 0))
  (global $result (mut i32) (i32.const 0))
  (func (export "set_input") (param $bytes i32) (result i32)
    (global.set $length (local.get $bytes))
    (i32.const 1024))
  (func (export "get_result") (result i32) (global.get $result))
  (func (export "get_result_len") (result i32) (global.get $length))
  (func (export "niam")
    (global.set $result (i32.const 1024)))
  (func (export "_start")
    (global.set $length (i32.const 19))))
