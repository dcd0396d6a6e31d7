;; Answers with the request's body, piece by piece: it never holds all of it.
;; use: http-request, http-response
(func $serve (param $request i32) (param $out i32)
  (local $stream i32) (local $piece i32) (local $place i32)
  (call $content_text)
  (call $respond (local.get $out) (i32.const 200))
  (local.set $stream (call $open_request (local.get $request)))
  (loop $more
    (local.set $piece (call $read_piece (local.get $stream)))
    (if (local.get $piece)
      (then
        ;; Where nobody reads any more, it ends in silence.
        (if (call $send (i32.load (i32.const 516)) (local.get $piece)) (then (return)))
        (br $more))))
  (call $finish))
