;; Gets the address in the last string of the request's body and passes on status and body. When that fails it
;; answers 502 and {"value":n}, n being the case of wasi:http's error-code.
;; use: input, text, http-request, http-response, http-outgoing
(import "wasi:http/types@0.2.12" "[method]incoming-response.consume" (func $reply_consume (param i32 i32)))

(global $response_out (mut i32) (i32.const 0))

(func $answer (param $text i32) (param $length i32)
  (call $content_json)
  (call $respond (global.get $response_out) (i32.const 502))
  (call $send_all (local.get $text) (local.get $length)))

(func $serve (param $request i32) (param $out i32)
  (local $reply i32) (local $stream i32) (local $piece i32)
  (global.set $response_out (local.get $out))
  (call $find_string (i32.const 393216) (call $read_request (local.get $request)))
  (local.set $reply (call $fetch))
  (if (i32.eqz (local.get $reply))
    (then
      (call $answer_number (i64.extend_i32_u (global.get $fetch_error)))
      (return)))
  (call $content_text)
  (call $respond (local.get $out) (call $reply_status (local.get $reply)))
  (call $reply_consume (local.get $reply) (i32.const 512))
  (if (i32.load8_u (i32.const 512)) (then unreachable))
  (local.set $stream (call $open_body (i32.load (i32.const 516))))
  (loop $more
    (local.set $piece (call $read_piece (local.get $stream)))
    (if (local.get $piece)
      (then
        (if (call $send (i32.load (i32.const 516)) (local.get $piece)) (then unreachable))
        (br $more))))
  (call $finish))
