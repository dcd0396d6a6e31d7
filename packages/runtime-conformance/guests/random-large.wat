;; Asks once for as many random bytes as its input says, from 1 MiB on. Answers the error number, or with no error
;; how many of the pages of 4 KiB are not filled: those of which the first 8 bytes are zero.
;; use: input, text
(import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))

(func $act (param $input i32) (param $length i32)
  (local $size i32) (local $at i32) (local $errno i32) (local $empty i64)
  (local.set $size (i32.wrap_i64 (call $number_in (local.get $input) (local.get $length))))
  (call $reserve (i32.add (i32.const 1048576) (local.get $size)))
  (local.set $errno (call $random_get (i32.const 1048576) (local.get $size)))
  (if (local.get $errno) (then (call $answer_number (i64.extend_i32_u (local.get $errno))) (return)))
  (loop $next
    (if (i64.eqz (i64.load (i32.add (i32.const 1048576) (local.get $at))))
      (then (local.set $empty (i64.add (local.get $empty) (i64.const 1)))))
    (local.set $at (i32.add (local.get $at) (i32.const 4096)))
    (br_if $next (i32.lt_u (local.get $at) (local.get $size))))
  (call $answer_number (local.get $empty)))
