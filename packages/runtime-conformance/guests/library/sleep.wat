;; Sleeps through poll_oneoff, on the monotonic clock.
(import "wasi_snapshot_preview1" "poll_oneoff" (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))

(func $sleep (param $milliseconds i64)
  (memory.fill (i32.const 400) (i32.const 0) (i32.const 48))
  (i32.store (i32.const 416) (i32.const 1))
  (i64.store (i32.const 424) (i64.mul (local.get $milliseconds) (i64.const 1000000)))
  (if (call $poll_oneoff (i32.const 400) (i32.const 448) (i32.const 1) (i32.const 480))
    (then unreachable)))
