;; Grows memory until it reaches the address $end.
(func $reserve (param $end i32)
  (local $missing i32)
  (local.set $missing
    (i32.sub
      (i32.shr_u (i32.add (local.get $end) (i32.const 65535)) (i32.const 16))
      (memory.size)))
  (if (i32.gt_s (local.get $missing) (i32.const 0))
    (then
      (if (i32.eq (memory.grow (local.get $missing)) (i32.const -1))
        (then unreachable)))))

;; Where an answer of $length bytes can be wrapped: the short zone, else behind everything else.
(func $wrapping_place (param $length i32) (result i32)
  (local $place i32)
  (if (i32.lt_u (local.get $length) (i32.const 4000))
    (then (return (i32.const 28672))))
  (local.set $place (i32.shl (memory.size) (i32.const 16)))
  (call $reserve (i32.add (i32.add (local.get $place) (local.get $length)) (i32.const 32)))
  (local.get $place))

(data (i32.const 256) "{\"Ok\":")
(data (i32.const 272) "{\"Err\":")
(data (i32.const 288) "{\"error\":")

;; Copies prefix, text and a closing brace to the wrapping place, and gives the place.
(func $wrap (param $prefix i32) (param $prefix_length i32) (param $text i32) (param $length i32) (result i32)
  (local $place i32)
  (local.set $place (call $wrapping_place (local.get $length)))
  (memory.copy (local.get $place) (local.get $prefix) (local.get $prefix_length))
  (memory.copy
    (i32.add (local.get $place) (local.get $prefix_length))
    (local.get $text)
    (local.get $length))
  (i32.store8
    (i32.add (i32.add (local.get $place) (local.get $prefix_length)) (local.get $length))
    (i32.const 125))
  (local.get $place))
