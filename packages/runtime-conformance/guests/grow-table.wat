;; Grows a table by 4,096 elements until it is refused, at most to 2^24. Answers its size.
;; use: text
(table $grows 1 funcref)

(func $act (param $input i32) (param $length i32)
  (block $refused
    (loop $again
      (br_if $refused
        (i32.eq (table.grow $grows (ref.null func) (i32.const 4096)) (i32.const -1)))
      (br_if $again (i32.lt_u (table.size $grows) (i32.const 0x1000000)))))
  (call $answer_number (i64.extend_i32_u (table.size $grows))))
