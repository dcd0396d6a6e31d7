;; Reads simple things out of the input, without being a JSON parser.

;; The first number, 0 when there is none.
(func $number_in (param $text i32) (param $length i32) (result i64)
  (local $number i64) (local $digit i32) (local $found i32)
  (loop $next
    (if (i32.eqz (local.get $length)) (then (return (local.get $number))))
    (local.set $digit (i32.sub (i32.load8_u (local.get $text)) (i32.const 48)))
    (if (i32.lt_u (local.get $digit) (i32.const 10))
      (then
        (local.set $found (i32.const 1))
        (local.set $number
          (i64.add
            (i64.mul (local.get $number) (i64.const 10))
            (i64.extend_i32_u (local.get $digit)))))
      (else (if (local.get $found) (then (return (local.get $number))))))
    (local.set $text (i32.add (local.get $text) (i32.const 1)))
    (local.set $length (i32.sub (local.get $length) (i32.const 1)))
    (br $next))
  unreachable)

;; The last string: address and length, without quotes. Escapes are left as they are.
(global $string (mut i32) (i32.const 0))
(global $string_length (mut i32) (i32.const 0))
(func $find_string (param $text i32) (param $length i32)
  (local $end i32)
  (local.set $end (call $quote_before (i32.add (local.get $text) (local.get $length))))
  (global.set $string (i32.add (call $quote_before (local.get $end)) (i32.const 1)))
  (global.set $string_length (i32.sub (local.get $end) (global.get $string))))
(func $quote_before (param $at i32) (result i32)
  (loop $back
    (local.set $at (i32.sub (local.get $at) (i32.const 1)))
    (br_if $back (i32.ne (i32.load8_u (local.get $at)) (i32.const 34))))
  (local.get $at))
