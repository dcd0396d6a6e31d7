;; Sends a GET to the address in the last string that was found (input.wat), such as "127.0.0.1:8080/path".
;; use: input
(import "wasi:http/types@0.2.12" "[constructor]fields" (func $new_fields (result i32)))
(import "wasi:http/types@0.2.12" "[constructor]outgoing-request" (func $new_request (param i32) (result i32)))
(import "wasi:http/types@0.2.12" "[method]outgoing-request.set-scheme" (func $set_scheme (param i32 i32 i32 i32 i32) (result i32)))
(import "wasi:http/types@0.2.12" "[method]outgoing-request.set-authority" (func $set_authority (param i32 i32 i32 i32) (result i32)))
(import "wasi:http/types@0.2.12" "[method]outgoing-request.set-path-with-query" (func $set_path (param i32 i32 i32 i32) (result i32)))
(import "wasi:http/outgoing-handler@0.2.12" "handle" (func $send_request (param i32 i32 i32 i32)))
(import "wasi:http/types@0.2.12" "[method]future-incoming-response.subscribe" (func $reply_subscribe (param i32) (result i32)))
(import "wasi:http/types@0.2.12" "[method]future-incoming-response.get" (func $reply_get (param i32 i32)))
(import "wasi:http/types@0.2.12" "[method]incoming-response.status" (func $reply_status (param i32) (result i32)))
(import "wasi:io/poll@0.2.12" "[method]pollable.block" (func $block (param i32)))

;; Where the path begins in the address.
(func $path_in_string (result i32)
  (local $at i32)
  (local.set $at (global.get $string))
  (loop $next
    (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 47)) (then (return (local.get $at))))
    (local.set $at (i32.add (local.get $at) (i32.const 1)))
    (br $next))
  unreachable)

(func $request_for_string (result i32)
  (local $request i32) (local $path i32)
  (local.set $request (call $new_request (call $new_fields)))
  (local.set $path (call $path_in_string))
  (if (call $set_scheme (local.get $request) (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0))
    (then unreachable))
  (if (call $set_authority (local.get $request) (i32.const 1)
        (global.get $string) (i32.sub (local.get $path) (global.get $string)))
    (then unreachable))
  (if (call $set_path (local.get $request) (i32.const 1) (local.get $path)
        (i32.sub (i32.add (global.get $string) (global.get $string_length)) (local.get $path)))
    (then unreachable))
  (local.get $request))


;; The case of wasi:http's error-code, where there is no reply.
(global $fetch_error (mut i32) (i32.const 0))

;; Waits for the reply. 0 when there is none.
(func $fetch (result i32)
  (local $reply i32)
  (call $send_request (call $request_for_string) (i32.const 0) (i32.const 0) (i32.const 512))
  (if (i32.load8_u (i32.const 512))
    (then
      (global.set $fetch_error (i32.load8_u (i32.const 520)))
      (return (i32.const 0))))
  (local.set $reply (i32.load (i32.const 520)))
  (call $block (call $reply_subscribe (local.get $reply)))
  ;; option<result<result<incoming-response, error-code>>>, eight bytes to each of the three.
  (call $reply_get (local.get $reply) (i32.const 512))
  (if (i32.or (i32.eqz (i32.load8_u (i32.const 512))) (i32.load8_u (i32.const 520))) (then unreachable))
  (if (i32.load8_u (i32.const 528))
    (then
      (global.set $fetch_error (i32.load8_u (i32.const 536)))
      (return (i32.const 0))))
  (i32.load (i32.const 536)))
