;; Answers {"value":n} where n, the exit code that its input says, is 0, and else ends with it: a function that
;; exits gives no answer, unlike a command.
;; use: input, text
(import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))

(func $act (param $input i32) (param $length i32)
  (local $code i64)
  (local.set $code (call $number_in (local.get $input) (local.get $length)))
  (if (i64.ne (local.get $code) (i64.const 0))
    (then (call $proc_exit (i32.wrap_i64 (local.get $code))) unreachable))
  (call $answer_number (local.get $code)))
