;; Ends in the way that the number in the request's body names.
;; use: input, write, http-request, http-response
(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))

(data (i32.const 1024) "begun" "last words\n")

(func $begin (param $out i32)
  (call $content_text)
  (call $respond (local.get $out) (i32.const 200))
  (drop (call $send (i32.const 1024) (i32.const 5))))

(func $serve (param $request i32) (param $out i32)
  (local $ending i32)
  (local.set $ending
    (i32.wrap_i64 (call $number_in (i32.const 393216) (call $read_request (local.get $request)))))
  (call $write (i32.const 2) (i32.const 1029) (i32.const 11))
  (block $failure
    (block $success
      (block $loop_after
        (block $loop
          (block $trap_after
            (block $trap
              (block $silence
                (br_table $silence $trap $trap_after $loop $loop_after $success $failure
                  (local.get $ending)))
              (return))
            unreachable)
          (call $begin (local.get $out))
          unreachable)
        (loop $again (br $again)))
      (call $begin (local.get $out))
      (call $finish)
      (loop $again (br $again)))
    (call $begin (local.get $out))
    (call $finish)
    (call $exit (i32.const 0)))
  (call $begin (local.get $out))
  (call $finish)
  (call $exit (i32.const 3)))
