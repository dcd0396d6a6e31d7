;; Answers in the way that the number in the request's body names.
;; use: input, http-request, http-response
(import "wasi:http/types@0.2.12" "[resource-drop]outgoing-body" (func $drop_body (param i32)))

(data (i32.const 1024) "x-one" "1" "set-cookie" "a=1; Path=/" "b=\"2\"" "made \e2\9d\84")
(data (i32.const 1088) "image/png" "\89PNG\00\ff\80")
(data (i32.const 1120) "half")

(func $serve (param $request i32) (param $out i32)
  (block $dropped
    (block $left
      (block $error
        (block $empty
          (block $binary
            (block $headers
              (br_table $headers $binary $empty $error $left $dropped
                (i32.wrap_i64
                  (call $number_in (i32.const 393216) (call $read_request (local.get $request))))))
            (call $header (i32.const 1024) (i32.const 5) (i32.const 1029) (i32.const 1))
            (call $header (i32.const 1030) (i32.const 10) (i32.const 1040) (i32.const 11))
            (call $content_text)
            (call $header (i32.const 1030) (i32.const 10) (i32.const 1051) (i32.const 5))
            (call $respond (local.get $out) (i32.const 418))
            (call $send_all (i32.const 1056) (i32.const 8))
            (return))
          (call $header (i32.const 640) (i32.const 12) (i32.const 1088) (i32.const 9))
          (call $respond (local.get $out) (i32.const 200))
          (call $send_all (i32.const 1097) (i32.const 7))
          (return))
        (call $respond (local.get $out) (i32.const 204))
        (call $finish)
        (return))
      ;; The error code loop-detected.
      (call $set_response (local.get $out) (i32.const 1) (i32.const 36)
        (i32.const 0) (i64.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
      (return))
    ;; Never says that the body is complete, as programs do that simply end.
    (call $content_text)
    (call $respond (local.get $out) (i32.const 200))
    (drop (call $send (i32.const 1120) (i32.const 4)))
    (return))
  ;; Gives the body up.
  (call $content_text)
  (call $respond (local.get $out) (i32.const 200))
  (drop (call $send (i32.const 1120) (i32.const 4)))
  (call $drop_output (global.get $sink))
  (call $drop_body (global.get $body)))
