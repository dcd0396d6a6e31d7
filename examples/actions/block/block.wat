;; Calls the host's `http.get`, which answers after 300 ms, and reports how long that took: the
;; nanoseconds, as text. The buffer interface, first form, written by hand.
(module
  (import "http" "get" (func $http_get (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get"
    (func $clock_time_get (param i32 i64 i32) (result i32)))

  (memory (export "memory") 1)
  ;; 0: where the clock writes; 16: digits, written from 48 downwards; 64: the result;
  ;; 1024 and above: the arguments, which this action does not read.
  (data (i32.const 64) "{\"Ok\":{\"sleep\":\"")
  (data (i32.const 128) "\"}}")
  (data (i32.const 160) "{\"Err\":{\"error\":\"http.get failed\"}}")
  (global $pointer (mut i32) (i32.const 1024))
  (global $length (mut i32) (i32.const 0))

  ;; Makes room for the arguments: grows when they do not fit behind 1024.
  (func (export "wasm_memory_buffer_allocate_space") (param $bytes i32)
    (local $missing i32)
    (local.set $missing
      (i32.sub
        (i32.shr_u (i32.add (local.get $bytes) (i32.const 66559)) (i32.const 16))
        (memory.size)))
    (if (i32.gt_s (local.get $missing) (i32.const 0))
      (then
        (if (i32.lt_s (memory.grow (local.get $missing)) (i32.const 0))
          (then unreachable))))
    (global.set $length (local.get $bytes)))
  (func (export "get_wasm_memory_buffer_pointer") (result i32) (global.get $pointer))
  (func (export "get_wasm_memory_buffer_len") (result i32) (global.get $length))

  ;; The monotonic clock in nanoseconds.
  (func $now (result i64)
    (if (call $clock_time_get (i32.const 1) (i64.const 1) (i32.const 0)) (then unreachable))
    (i64.load (i32.const 0)))

  (func (export "_start")
    (local $start i64)
    (local.set $start (call $now))
    (if (call $http_get)
      (then
        (global.set $pointer (i32.const 160))
        (global.set $length (i32.const 35))
        return))
    (call $report (i64.sub (call $now) (local.get $start))))

  ;; Joins `{"Ok":{"sleep":"`, the digits and `"}}` at 64.
  (func $report (param $number i64)
    (local $first i32)
    (local $digits i32)
    (local.set $first (i32.const 48))
    (loop $next
      (local.set $first (i32.sub (local.get $first) (i32.const 1)))
      (i32.store8 (local.get $first)
        (i32.add (i32.const 48) (i32.wrap_i64 (i64.rem_u (local.get $number) (i64.const 10)))))
      (local.set $number (i64.div_u (local.get $number) (i64.const 10)))
      (br_if $next (i64.ne (local.get $number) (i64.const 0))))
    (local.set $digits (i32.sub (i32.const 48) (local.get $first)))
    (memory.copy (i32.const 80) (local.get $first) (local.get $digits))
    (memory.copy (i32.add (i32.const 80) (local.get $digits)) (i32.const 128) (i32.const 3))
    (global.set $pointer (i32.const 64))
    (global.set $length (i32.add (local.get $digits) (i32.const 19)))))
