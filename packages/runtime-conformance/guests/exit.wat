;; Answers {"value":n}, then ends with the exit code n that its input says.
;; use: input, text
(import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))

(func $act (param $input i32) (param $length i32)
  (local $code i64)
  (local.set $code (call $number_in (local.get $input) (local.get $length)))
  (call $answer_number (local.get $code))
  (call $proc_exit (i32.wrap_i64 (local.get $code)))
  unreachable)
