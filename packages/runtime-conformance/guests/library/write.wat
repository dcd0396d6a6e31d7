;; Writes all of a text to a descriptor.
(import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))

(func $write (param $fd i32) (param $text i32) (param $length i32)
  (loop $more
    (if (i32.eqz (local.get $length)) (then return))
    (i32.store (i32.const 0) (local.get $text))
    (i32.store (i32.const 4) (local.get $length))
    (if (call $fd_write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8))
      (then unreachable))
    (local.set $text (i32.add (local.get $text) (i32.load (i32.const 8))))
    (local.set $length (i32.sub (local.get $length) (i32.load (i32.const 8))))
    (br $more)))
