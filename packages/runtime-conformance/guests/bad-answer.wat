;; Answers with something that is no JSON object or array; the number in its input says what.
;; use: input
(data (i32.const 1024) "hello")
(data (i32.const 1040) "\"hello\"")
(data (i32.const 1056) "42")
(data (i32.const 1072) "{\"a\":1")
(data (i32.const 1088) "{\"a\":\"\ff\fe\"}")
(data (i32.const 1104) "{}{}")
(data (i32.const 1120) "null")

(func $act (param $input i32) (param $length i32)
  (block $null
    (block $two
      (block $encoding
        (block $cut
          (block $number
            (block $string
              (block $word
                (br_table $word $string $number $cut $encoding $two $null
                  (i32.wrap_i64 (call $number_in (local.get $input) (local.get $length)))))
              (call $answer (i32.const 1024) (i32.const 5))
              return)
            (call $answer (i32.const 1040) (i32.const 7))
            return)
          (call $answer (i32.const 1056) (i32.const 2))
          return)
        (call $answer (i32.const 1072) (i32.const 6))
        return)
      (call $answer (i32.const 1088) (i32.const 10))
      return)
    (call $answer (i32.const 1104) (i32.const 4))
    return)
  (call $answer (i32.const 1120) (i32.const 4)))
