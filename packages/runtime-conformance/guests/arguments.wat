;; Writes its arguments to stderr, a line each, then answers {}.
;; use: strings
(import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
(data (i32.const 1024) "{}")

(func $act (param $input i32) (param $length i32)
  (local $pointers i32) (local $texts i32)
  (if (call $args_sizes_get (i32.const 16) (i32.const 20)) (then unreachable))
  (local.set $pointers (i32.shl (memory.size) (i32.const 16)))
  (local.set $texts (i32.add (local.get $pointers) (i32.shl (i32.load (i32.const 16)) (i32.const 2))))
  (call $reserve (i32.add (local.get $texts) (i32.load (i32.const 20))))
  (if (call $args_get (local.get $pointers) (local.get $texts)) (then unreachable))
  (call $log_strings (i32.load (i32.const 16)) (local.get $pointers))
  (call $answer (i32.const 1024) (i32.const 2)))
