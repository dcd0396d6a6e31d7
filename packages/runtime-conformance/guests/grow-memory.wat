;; Grows its memory by 64 KiB until it is refused, touching each page. Answers its size in pages.
;; use: text
(func $act (param $input i32) (param $length i32)
  (local $at i32)
  (block $refused
    (loop $again
      (local.set $at (memory.grow (i32.const 1)))
      (br_if $refused (i32.eq (local.get $at) (i32.const -1)))
      (i32.store (i32.shl (local.get $at) (i32.const 16)) (i32.const 1))
      (br_if $again (i32.lt_u (local.get $at) (i32.const 16384)))))
  (call $answer_number (i64.extend_i32_u (memory.size))))
