;; Traps before its handler is called.
(func $start unreachable)
(start $start)
(func $serve (param $request i32) (param $out i32))
