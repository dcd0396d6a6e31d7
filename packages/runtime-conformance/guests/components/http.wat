;; HTTP handlers: handle: func(request: incoming-request, response-out: response-outparam). A guest defines
;; $serve. What calls of wasi:http give lies at 512 .. 575, texts and lists in the allocator's zone.
(func (export "wasi:http/incoming-handler@0.2.12#handle") (param $request i32) (param $out i32)
  (call $serve (local.get $request) (local.get $out)))
