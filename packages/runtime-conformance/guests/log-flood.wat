;; Writes as many KiB as its input says to each stream, a line each, then answers {"value":KiB}.
;; use: write, input, text
(func $act (param $input i32) (param $length i32)
  (local $kibibytes i64) (local $written i64)
  (local.set $kibibytes (call $number_in (local.get $input) (local.get $length)))
  (memory.fill (i32.const 1024) (i32.const 120) (i32.const 1023))
  (i32.store8 (i32.const 2047) (i32.const 10))
  (loop $next
    (call $write (i32.const 1) (i32.const 1024) (i32.const 1024))
    (call $write (i32.const 2) (i32.const 1024) (i32.const 1024))
    (local.set $written (i64.add (local.get $written) (i64.const 1)))
    (br_if $next (i64.lt_u (local.get $written) (local.get $kibibytes))))
  (call $answer_number (local.get $written)))
