;; Traps in the way that the number in its input names.
;; use: input
(table $functions 2 funcref)
(elem (table $functions) (i32.const 1) func $takes_a_number)
(type $nothing (func))
(func $takes_a_number (param i32))

(func $recurse (param $depth i32) (result i32)
  (i32.add (call $recurse (i32.add (local.get $depth) (i32.const 1))) (i32.const 1)))

(func $act (param $input i32) (param $length i32)
  (block $stack
    (block $conversion
      (block $zero
        (block $overflow
          (block $signature
            (block $null
              (block $table
                (block $memory
                  (block $unreachable
                    (br_table $unreachable $memory $table $null $signature $overflow $zero $conversion $stack
                      (i32.wrap_i64 (call $number_in (local.get $input) (local.get $length)))))
                  unreachable)
                (drop (i32.load (i32.const -8)))
                return)
              (call_indirect (type $nothing) (i32.const 7))
              return)
            (call_indirect (type $nothing) (i32.const 0))
            return)
          (call_indirect (type $nothing) (i32.const 1))
          return)
        (drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))
        return)
      (drop (i32.div_u (i32.const 1) (i32.const 0)))
      return)
    (drop (i32.trunc_f64_s (f64.const 1e30)))
    return)
  (drop (call $recurse (i32.const 0))))
