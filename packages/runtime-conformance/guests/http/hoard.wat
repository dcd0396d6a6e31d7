;; Takes what the host keeps for it, in the way that the number in the request's body names, and answers {"value":n}.
;; use: input, text, http-request, http-response, http-outgoing
(import "wasi:http/types@0.2.12" "[method]outgoing-request.body" (func $request_body (param i32 i32)))
(import "wasi:io/streams@0.2.12" "[method]output-stream.check-write" (func $check_write (param i32 i32)))

(global $response_out (mut i32) (i32.const 0))
(data (i32.const 1024) "x-hoard")

(func $answer (param $text i32) (param $length i32)
  (global.set $fields (call $new_fields))
  (call $content_json)
  (call $respond (global.get $response_out) (i32.const 200))
  (call $send_all (local.get $text) (local.get $length)))

;; 20,000 resources.
(func $hoard_resources (result i32)
  (local $count i32)
  (loop $more
    (drop (call $new_fields))
    (local.set $count (i32.add (local.get $count) (i32.const 1)))
    (br_if $more (i32.lt_u (local.get $count) (i32.const 20000))))
  (local.get $count))

;; So many headers of 1 KiB in one message.
(func $hoard_headers (param $wanted i32) (result i32)
  (local $count i32) (local $mine i32)
  (local.set $mine (call $new_fields))
  (memory.fill (i32.const 2048) (i32.const 97) (i32.const 1024))
  (loop $more
    (call $fields_append (local.get $mine)
      (i32.const 1024) (i32.const 7) (i32.const 2048) (i32.const 1024) (i32.const 512))
    (if (i32.load8_u (i32.const 512)) (then unreachable))
    (local.set $count (i32.add (local.get $count) (i32.const 1)))
    (br_if $more (i32.lt_u (local.get $count) (local.get $wanted))))
  (local.get $count))

;; How many bytes a body takes at once of which nobody reads any.
(func $hoard_body (result i32)
  (call $request_body (call $new_request (call $new_fields)) (i32.const 512))
  (if (i32.load8_u (i32.const 512)) (then unreachable))
  (call $body_write (i32.load (i32.const 516)) (i32.const 512))
  (if (i32.load8_u (i32.const 512)) (then unreachable))
  (call $check_write (i32.load (i32.const 516)) (i32.const 512))
  (if (i32.load8_u (i32.const 512)) (then unreachable))
  (i32.wrap_i64 (i64.load (i32.const 520))))

;; 100 requests on their way, and what becomes of one more: the case of its error-code.
(func $hoard_connections (result i32)
  (local $count i32)
  (loop $more
    (call $send_request (call $request_for_string) (i32.const 0) (i32.const 0) (i32.const 512))
    (if (i32.load8_u (i32.const 512)) (then unreachable))
    (local.set $count (i32.add (local.get $count) (i32.const 1)))
    (br_if $more (i32.lt_u (local.get $count) (i32.const 100))))
  (if (call $fetch) (then unreachable))
  (global.get $fetch_error))

(func $hoard (param $way i32) (result i32)
  (block $connections
    (block $body
      (block $many_headers
        (block $headers
          (block $resources
            (br_table $resources $headers $many_headers $body $connections (local.get $way)))
          (return (call $hoard_resources)))
        (return (call $hoard_headers (i32.const 32))))
      (return (call $hoard_headers (i32.const 64))))
    (return (call $hoard_body)))
  (call $hoard_connections))

(func $serve (param $request i32) (param $out i32)
  (local $length i32)
  (global.set $response_out (local.get $out))
  (local.set $length (call $read_request (local.get $request)))
  (call $find_string (i32.const 393216) (local.get $length))
  (call $answer_number
    (i64.extend_i32_u
      (call $hoard (i32.wrap_i64 (call $number_in (i32.const 393216) (local.get $length)))))))
