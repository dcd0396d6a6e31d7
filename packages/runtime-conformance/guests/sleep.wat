;; Sleeps as many milliseconds as its input says, then answers {"value":milliseconds}.
;; use: sleep, input, text
(func $act (param $input i32) (param $length i32)
  (local $milliseconds i64)
  (local.set $milliseconds (call $number_in (local.get $input) (local.get $length)))
  (call $sleep (local.get $milliseconds))
  (call $answer_number (local.get $milliseconds)))
