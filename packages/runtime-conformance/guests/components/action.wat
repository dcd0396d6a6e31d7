;; The action world: run: func(input: string) -> result<string, string>. The answer's place is 896:
;; discriminant, address, length.
(func (export "wasmwhisk:action/handler@0.1.0#run") (param $input i32) (param $length i32) (result i32)
  (call $act (local.get $input) (local.get $length))
  (i32.const 896))

(func $answer (param $text i32) (param $length i32)
  (i32.store (i32.const 896) (i32.const 0))
  (i32.store (i32.const 900) (local.get $text))
  (i32.store (i32.const 904) (local.get $length)))

(func $fail (param $text i32) (param $length i32)
  (call $answer (local.get $text) (local.get $length))
  (i32.store (i32.const 896) (i32.const 1)))
