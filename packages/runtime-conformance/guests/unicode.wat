;; Logs and answers text beyond ASCII, and writes one character in two pieces.
;; use: write
(data (i32.const 1024) "{\"winter\":\"\e2\9d\84 \e2\98\83 \e2\9d\84\"}")
(data (i32.const 1100) "gr\c3\bc\c3\9fe \f0\9f\98\80\n")

(func $act (param $input i32) (param $length i32)
  (call $write (i32.const 1) (i32.const 1100) (i32.const 3))
  (call $write (i32.const 1) (i32.const 1103) (i32.const 10))
  (call $answer (i32.const 1024) (i32.const 24)))
