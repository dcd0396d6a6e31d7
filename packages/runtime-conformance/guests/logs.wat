;; Writes to both streams in turn, then answers {}.
;; use: write
(data (i32.const 1024) "out 1\nerr 1\nout 2\nerr 2\n{}")

(func $act (param $input i32) (param $length i32)
  (call $write (i32.const 1) (i32.const 1024) (i32.const 6))
  (call $write (i32.const 2) (i32.const 1030) (i32.const 6))
  (call $write (i32.const 1) (i32.const 1036) (i32.const 6))
  (call $write (i32.const 2) (i32.const 1042) (i32.const 6))
  (call $answer (i32.const 1048) (i32.const 2)))
