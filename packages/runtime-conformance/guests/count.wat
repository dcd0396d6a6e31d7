;; Counts its runs in a global and in memory. Answers both counts or-ed: 1 in a fresh instance, another in a used one.
;; use: text
(global $runs (mut i64) (i64.const 0))

(func $act (param $input i32) (param $length i32)
  (global.set $runs (i64.add (global.get $runs) (i64.const 1)))
  (i64.store (i32.const 1024) (i64.add (i64.load (i32.const 1024)) (i64.const 1)))
  (call $answer_number (i64.or (global.get $runs) (i64.load (i32.const 1024)))))
