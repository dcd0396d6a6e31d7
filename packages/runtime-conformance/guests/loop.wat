;; Loops for ever.
(func $act (param $input i32) (param $length i32)
  (loop $again (br $again)))
