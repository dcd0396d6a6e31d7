;; Writes a list of zero-terminated strings (argv, environ) to stderr, a line each.
;; use: write
(data (i32.const 336) "\n")

(func $log_strings (param $count i32) (param $pointers i32)
  (local $end i32)
  (loop $next
    (if (i32.eqz (local.get $count)) (then return))
    (local.set $end (i32.load (local.get $pointers)))
    (block $found
      (loop $seek
        (br_if $found (i32.eqz (i32.load8_u (local.get $end))))
        (local.set $end (i32.add (local.get $end) (i32.const 1)))
        (br $seek)))
    (call $write
      (i32.const 2)
      (i32.load (local.get $pointers))
      (i32.sub (local.get $end) (i32.load (local.get $pointers))))
    (call $write (i32.const 2) (i32.const 336) (i32.const 1))
    (local.set $pointers (i32.add (local.get $pointers) (i32.const 4)))
    (local.set $count (i32.sub (local.get $count) (i32.const 1)))
    (br $next)))
