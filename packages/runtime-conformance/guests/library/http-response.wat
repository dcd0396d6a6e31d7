;; Answers: $header as often as needed, $respond, $send as often as needed, $finish.
(import "wasi:http/types@0.2.12" "[constructor]fields" (func $new_fields (result i32)))
(import "wasi:http/types@0.2.12" "[method]fields.append" (func $fields_append (param i32 i32 i32 i32 i32 i32)))
(import "wasi:http/types@0.2.12" "[constructor]outgoing-response" (func $new_response (param i32) (result i32)))
(import "wasi:http/types@0.2.12" "[method]outgoing-response.set-status-code" (func $set_status (param i32 i32) (result i32)))
(import "wasi:http/types@0.2.12" "[method]outgoing-response.body" (func $response_body (param i32 i32)))
(import "wasi:http/types@0.2.12" "[static]response-outparam.set" (func $set_response (param i32 i32 i32 i32 i64 i32 i32 i32 i32)))
(import "wasi:http/types@0.2.12" "[method]outgoing-body.write" (func $body_write (param i32 i32)))
(import "wasi:http/types@0.2.12" "[static]outgoing-body.finish" (func $body_finish (param i32 i32 i32 i32)))
(import "wasi:io/streams@0.2.12" "[method]output-stream.blocking-write-and-flush" (func $stream_write (param i32 i32 i32 i32)))
(import "wasi:io/streams@0.2.12" "[resource-drop]output-stream" (func $drop_output (param i32)))

;; Handles of resources begin with 1.
(global $fields (mut i32) (i32.const 0))
(global $body (mut i32) (i32.const 0))
(global $sink (mut i32) (i32.const 0))

(data (i32.const 640) "content-type" "application/json" "text/plain")

(func $header (param $name i32) (param $name_length i32) (param $value i32) (param $value_length i32)
  (if (i32.eqz (global.get $fields))
    (then (global.set $fields (call $new_fields))))
  (call $fields_append (global.get $fields)
    (local.get $name) (local.get $name_length)
    (local.get $value) (local.get $value_length)
    (i32.const 512))
  (if (i32.load8_u (i32.const 512)) (then unreachable)))

(func $content_json
  (call $header (i32.const 640) (i32.const 12) (i32.const 652) (i32.const 16)))
(func $content_text
  (call $header (i32.const 640) (i32.const 12) (i32.const 668) (i32.const 10)))

(func $respond (param $out i32) (param $status i32)
  (local $response i32)
  (if (i32.eqz (global.get $fields))
    (then (global.set $fields (call $new_fields))))
  (local.set $response (call $new_response (global.get $fields)))
  (if (call $set_status (local.get $response) (local.get $status)) (then unreachable))
  (call $response_body (local.get $response) (i32.const 512))
  (if (i32.load8_u (i32.const 512)) (then unreachable))
  (global.set $body (i32.load (i32.const 516)))
  (call $body_write (global.get $body) (i32.const 512))
  (if (i32.load8_u (i32.const 512)) (then unreachable))
  (global.set $sink (i32.load (i32.const 516)))
  (call $set_response (local.get $out) (i32.const 0) (local.get $response)
    (i32.const 0) (i64.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))

;; Pieces of 4 KiB are the most that one call takes. Gives 1 when nobody reads any more.
(func $send (param $text i32) (param $length i32) (result i32)
  (local $piece i32)
  (loop $more
    (if (i32.eqz (local.get $length)) (then (return (i32.const 0))))
    (local.set $piece
      (select (local.get $length) (i32.const 4096) (i32.lt_u (local.get $length) (i32.const 4096))))
    (call $stream_write (global.get $sink) (local.get $text) (local.get $piece) (i32.const 512))
    (if (i32.load8_u (i32.const 512)) (then (return (i32.const 1))))
    (local.set $text (i32.add (local.get $text) (local.get $piece)))
    (local.set $length (i32.sub (local.get $length) (local.get $piece)))
    (br $more))
  unreachable)

(func $finish
  (call $drop_output (global.get $sink))
  (call $body_finish (global.get $body) (i32.const 0) (i32.const 0) (i32.const 512))
  (if (i32.load8_u (i32.const 512)) (then unreachable)))

;; One text and the end.
(func $send_all (param $text i32) (param $length i32)
  (if (call $send (local.get $text) (local.get $length)) (then unreachable))
  (call $finish))
