;; As environment, after a sleep of as many milliseconds as the input says, so that runs overlap.
;; use: environment, sleep, input
(data (i32.const 1024) "{}")

(func $act (param $input i32) (param $length i32)
  (call $sleep (call $number_in (local.get $input) (local.get $length)))
  (call $log_environment)
  (call $answer (i32.const 1024) (i32.const 2)))
