;; Writes the environment to stderr, a line each.
;; use: strings
(import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes_get (param i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "environ_get" (func $environ_get (param i32 i32) (result i32)))

(func $log_environment
  (local $pointers i32) (local $texts i32)
  (if (call $environ_sizes_get (i32.const 16) (i32.const 20)) (then unreachable))
  (local.set $pointers (i32.shl (memory.size) (i32.const 16)))
  (local.set $texts (i32.add (local.get $pointers) (i32.shl (i32.load (i32.const 16)) (i32.const 2))))
  (call $reserve (i32.add (local.get $texts) (i32.load (i32.const 20))))
  (if (call $environ_get (local.get $pointers) (local.get $texts)) (then unreachable))
  (call $log_strings (i32.load (i32.const 16)) (local.get $pointers)))
