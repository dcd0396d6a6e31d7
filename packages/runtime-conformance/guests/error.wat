;; Answers with an application error.
(data (i32.const 1024) "{\"reason\":\"out of snow\"}")

(func $act (param $input i32) (param $length i32)
  (call $fail (i32.const 1024) (i32.const 24)))
