;; Answers what arrived, as JSON: method, path with query, authority, the values of the header x-test, the body.
;; use: text, http-request, http-response
(import "wasi:http/types@0.2.12" "[method]incoming-request.method" (func $request_method (param i32 i32)))
(import "wasi:http/types@0.2.12" "[method]incoming-request.path-with-query" (func $request_path (param i32 i32)))
(import "wasi:http/types@0.2.12" "[method]incoming-request.authority" (func $request_authority (param i32 i32)))
(import "wasi:http/types@0.2.12" "[method]incoming-request.headers" (func $request_headers (param i32) (result i32)))
(import "wasi:http/types@0.2.12" "[method]fields.get" (func $fields_get (param i32 i32 i32 i32)))

;; Eight bytes for each of the methods that wasi:http has a case for.
(data (i32.const 1024)
  "GET\00\00\00\00\00" "HEAD\00\00\00\00" "POST\00\00\00\00" "PUT\00\00\00\00\00" "DELETE\00\00"
  "CONNECT\00" "OPTIONS\00" "TRACE\00\00\00" "PATCH\00\00\00")
(data (i32.const 1152) "{\"method\":\"" "\",\"path\":\"" "\",\"authority\":\"" "\",\"test\":[" "],\"body\":\"" "\"}")
(data (i32.const 1280) "x-test" "\"" "," "\\")

(func $put_terminated (param $text i32)
  (loop $next
    (if (i32.eqz (i32.load8_u (local.get $text))) (then (return)))
    (call $put (local.get $text) (i32.const 1))
    (local.set $text (i32.add (local.get $text) (i32.const 1)))
    (br $next)))

;; The inside of a JSON string, of text without control characters.
(func $put_escaped (param $text i32) (param $length i32)
  (local $byte i32)
  (loop $next
    (if (i32.eqz (local.get $length)) (then (return)))
    (local.set $byte (i32.load8_u (local.get $text)))
    (if (i32.or (i32.eq (local.get $byte) (i32.const 34)) (i32.eq (local.get $byte) (i32.const 92)))
      (then (call $put (i32.const 1288) (i32.const 1))))
    (call $put (local.get $text) (i32.const 1))
    (local.set $text (i32.add (local.get $text) (i32.const 1)))
    (local.set $length (i32.sub (local.get $length) (i32.const 1)))
    (br $next)))

(func $put_values (param $values i32) (param $count i32)
  (loop $next
    (if (i32.eqz (local.get $count)) (then (return)))
    (call $put (i32.const 1286) (i32.const 1))
    (call $put_escaped (i32.load (local.get $values)) (i32.load offset=4 (local.get $values)))
    (call $put (i32.const 1286) (i32.const 1))
    (local.set $values (i32.add (local.get $values) (i32.const 8)))
    (local.set $count (i32.sub (local.get $count) (i32.const 1)))
    (if (local.get $count) (then (call $put (i32.const 1287) (i32.const 1))))
    (br $next)))

(func $serve (param $request i32) (param $out i32)
  (call $put (i32.const 1152) (i32.const 11))
  (call $request_method (local.get $request) (i32.const 512))
  (if (i32.lt_u (i32.load8_u (i32.const 512)) (i32.const 9))
    (then (call $put_terminated
      (i32.add (i32.const 1024) (i32.shl (i32.load8_u (i32.const 512)) (i32.const 3)))))
    (else (call $put_escaped (i32.load (i32.const 516)) (i32.load (i32.const 520)))))
  (call $put (i32.const 1163) (i32.const 10))
  (call $request_path (local.get $request) (i32.const 512))
  (call $put_escaped (i32.load (i32.const 516)) (i32.load (i32.const 520)))
  (call $put (i32.const 1173) (i32.const 15))
  (call $request_authority (local.get $request) (i32.const 512))
  (call $put_escaped (i32.load (i32.const 516)) (i32.load (i32.const 520)))
  (call $put (i32.const 1188) (i32.const 10))
  (call $fields_get
    (call $request_headers (local.get $request)) (i32.const 1280) (i32.const 6) (i32.const 512))
  (call $put_values (i32.load (i32.const 512)) (i32.load (i32.const 516)))
  (call $put (i32.const 1198) (i32.const 10))
  (call $put_escaped (i32.const 393216) (call $read_request (local.get $request)))
  (call $put (i32.const 1208) (i32.const 2))
  (call $content_json)
  (call $respond (local.get $out) (i32.const 200))
  (call $send_all (i32.const 32768) (i32.sub (global.get $text_end) (i32.const 32768))))

;; No form of ours answers; library/text.wat names it.
(func $answer (param $text i32) (param $length i32) unreachable)
