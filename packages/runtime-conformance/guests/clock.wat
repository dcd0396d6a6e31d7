;; Answers the time since 1970 in nanoseconds, after checking that the monotonic clock does not go back.
;; use: text
(import "wasi_snapshot_preview1" "clock_time_get" (func $clock_time_get (param i32 i64 i32) (result i32)))

(func $act (param $input i32) (param $length i32)
  (if (call $clock_time_get (i32.const 1) (i64.const 1) (i32.const 1024)) (then unreachable))
  (if (call $clock_time_get (i32.const 1) (i64.const 1) (i32.const 1032)) (then unreachable))
  (if (i64.lt_u (i64.load (i32.const 1032)) (i64.load (i32.const 1024))) (then unreachable))
  (if (call $clock_time_get (i32.const 0) (i64.const 1) (i32.const 1024)) (then unreachable))
  (call $answer_number (i64.load (i32.const 1024))))
