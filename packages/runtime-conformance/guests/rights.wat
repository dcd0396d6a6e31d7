;; Drops all rights of a descriptor but one bit of those that it has, and tries to take them back. The input's number is
;; the descriptor. Answers three error numbers as the pairs of digits of one number, after 1: of fd_fdstat_set_rights
;; that drops, of fd_fdstat_set_rights that takes back what was dropped, and of fd_fdstat_get afterwards. A last pair is
;; 1 where fd_fdstat_get tells what is left.
;; use: input, text
(import "wasi_snapshot_preview1" "fd_fdstat_get" (func $fdstat_get (param i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "fd_fdstat_set_rights" (func $set_rights (param i32 i64 i64) (result i32)))

(func $act (param $input i32) (param $length i32)
  (local $fd i32) (local $told i64) (local $had i64) (local $left i64)
  (local.set $fd (i32.wrap_i64 (call $number_in (local.get $input) (local.get $length))))
  (local.set $told (i64.const 1))
  (if (call $fdstat_get (local.get $fd) (i32.const 1024)) (then unreachable))
  (local.set $had (i64.load (i32.const 1032)))
  ;; The lowest bit that is set.
  (local.set $left (i64.and (local.get $had) (i64.sub (i64.const 0) (local.get $had))))
  (local.set $told
    (call $with (local.get $told) (call $set_rights (local.get $fd) (local.get $left) (i64.const 0))))
  (local.set $told
    (call $with (local.get $told)
      (call $set_rights (local.get $fd) (i64.const 536870911) (i64.const 0))))
  (local.set $told
    (call $with (local.get $told) (call $fdstat_get (local.get $fd) (i32.const 1024))))
  (local.set $told
    (call $with (local.get $told) (i64.eq (i64.load (i32.const 1032)) (local.get $left))))
  (call $answer_number (local.get $told)))

(func $with (param $told i64) (param $pair i32) (result i64)
  (i64.add (i64.mul (local.get $told) (i64.const 100)) (i64.extend_i32_u (local.get $pair))))
