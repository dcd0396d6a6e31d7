;; Reads requests, and bodies of requests and replies.
(import "wasi:http/types@0.2.12" "[method]incoming-request.consume" (func $request_consume (param i32 i32)))
(import "wasi:http/types@0.2.12" "[method]incoming-body.stream" (func $incoming_stream (param i32 i32)))
(import "wasi:io/streams@0.2.12" "[method]input-stream.blocking-read" (func $stream_read (param i32 i64 i32)))

;; Waits for the next piece of a stream and gives its length, 0 at the end. Its address is at 516; it is gone
;; with the next piece, for which the allocator takes the same place.
(global $piece_place (mut i32) (i32.const 0))
(func $read_piece (param $stream i32) (result i32)
  (if (i32.eqz (global.get $piece_place))
    (then (global.set $piece_place (global.get $zone_end))))
  (global.set $zone_end (global.get $piece_place))
  (call $stream_read (local.get $stream) (i64.const 65536) (i32.const 512))
  (if (i32.eqz (i32.load8_u (i32.const 512)))
    (then (return (i32.load (i32.const 520)))))
  ;; Anything but the end is a fault.
  (if (i32.ne (i32.load8_u (i32.const 516)) (i32.const 1)) (then unreachable))
  (i32.const 0))

(func $open_body (param $body i32) (result i32)
  (call $incoming_stream (local.get $body) (i32.const 512))
  (if (i32.load8_u (i32.const 512)) (then unreachable))
  (i32.load (i32.const 516)))

(func $open_request (param $request i32) (result i32)
  (call $request_consume (local.get $request) (i32.const 512))
  (if (i32.load8_u (i32.const 512)) (then unreachable))
  (call $open_body (i32.load (i32.const 516))))

;; Reads all of a request's body to address 393216 and gives its length.
(func $read_request (param $request i32) (result i32)
  (local $stream i32) (local $length i32) (local $piece i32)
  (local.set $stream (call $open_request (local.get $request)))
  (loop $more
    (local.set $piece (call $read_piece (local.get $stream)))
    (if (i32.eqz (local.get $piece)) (then (return (local.get $length))))
    (call $reserve (i32.add (i32.const 393216) (i32.add (local.get $length) (local.get $piece))))
    (memory.copy
      (i32.add (i32.const 393216) (local.get $length))
      (i32.load (i32.const 516))
      (local.get $piece))
    (local.set $length (i32.add (local.get $length) (local.get $piece)))
    (br $more))
  unreachable)
