;; Traps in its start function, while the instance is made.
(start $trap)
(func $trap unreachable)

(func $act (param $input i32) (param $length i32)
  (call $answer (local.get $input) (local.get $length)))
