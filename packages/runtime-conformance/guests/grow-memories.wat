;; Grows two more memories by turns until both are refused. Answers the size of all three in pages.
;; use: text
(memory (export "memory") 2)
(memory $second 1)
(memory $third 1)

(func $act (param $input i32) (param $length i32)
  (local $grown i32) (local $rounds i32)
  (loop $again
    (local.set $grown (i32.const 0))
    (if (i32.ne (memory.grow $second (i32.const 1)) (i32.const -1))
      (then (local.set $grown (i32.const 1))))
    (if (i32.ne (memory.grow $third (i32.const 1)) (i32.const -1))
      (then (local.set $grown (i32.const 1))))
    (local.set $rounds (i32.add (local.get $rounds) (i32.const 1)))
    (br_if $again (i32.and (local.get $grown) (i32.lt_u (local.get $rounds) (i32.const 8192)))))
  (call $answer_number
    (i64.extend_i32_u
      (i32.add (memory.size) (i32.add (memory.size $second) (memory.size $third))))))
