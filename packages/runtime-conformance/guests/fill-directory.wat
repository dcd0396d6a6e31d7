;; Takes as much of a preopened directory as it gets. The input's first number is operation * 10 + descriptor,
;; its last string the path. Answers {"errno":n,"count":n}: the last error, and how many steps went well.
;;   0 writes pieces of 4 KiB, at most 1,000; 1 the same, appending; 2 the same with a renumbered descriptor;
;;   3 the same after the file's name was removed; 4 sets the size to 1 TiB; 5 writes a byte at 1 TiB, after
;;   a seek; 6 the same with pwrite; 7 makes directories "aa" to "zz" in the path; 8 gives the path that many names;
;;   9 writes the first piece 1,000 times over; 10 moves the path to "moved" in the other of descriptors 3 and 4
;; use: input, text
(import "wasi_snapshot_preview1" "path_open" (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "path_create_directory" (func $path_create_directory (param i32 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "path_link" (func $path_link (param i32 i32 i32 i32 i32 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "path_rename" (func $path_rename (param i32 i32 i32 i32 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "path_unlink_file" (func $path_unlink_file (param i32 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "fd_filestat_set_size" (func $fd_filestat_set_size (param i32 i64) (result i32)))
(import "wasi_snapshot_preview1" "fd_seek" (func $fd_seek (param i32 i64 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "fd_pwrite" (func $fd_pwrite (param i32 i32 i32 i64 i32) (result i32)))
(import "wasi_snapshot_preview1" "fd_renumber" (func $fd_renumber (param i32 i32) (result i32)))
(data (i32.const 1024) "{\"errno\":")
(data (i32.const 1040) ",\"count\":")
(data (i32.const 1056) "}")
(data (i32.const 1072) "moved")

(global $directory (mut i32) (i32.const 0))
(global $fd (mut i32) (i32.const 0))
(global $count (mut i32) (i32.const 0))

(func $act (param $input i32) (param $length i32)
  (local $number i32) (local $errno i32)
  (local.set $number (i32.wrap_i64 (call $number_in (local.get $input) (local.get $length))))
  (global.set $directory (i32.rem_u (local.get $number) (i32.const 10)))
  (call $find_string (local.get $input) (local.get $length))
  (local.set $errno (call $do (i32.div_u (local.get $number) (i32.const 10))))
  (call $put (i32.const 1024) (i32.const 9))
  (call $put_number (i64.extend_i32_u (local.get $errno)))
  (call $put (i32.const 1040) (i32.const 9))
  (call $put_number (i64.extend_i32_u (global.get $count)))
  (call $put (i32.const 1056) (i32.const 1))
  (call $answer_text))

(func $do (param $operation i32) (result i32)
  (local $errno i32) (local $other i32)
  (if (i32.eq (local.get $operation) (i32.const 7)) (then (return (call $make_names))))
  (if (i32.eq (local.get $operation) (i32.const 8)) (then (return (call $make_names))))
  (if (i32.eq (local.get $operation) (i32.const 10))
    (then
      (return
        (call $path_rename (global.get $directory) (global.get $string) (global.get $string_length)
          (i32.xor (global.get $directory) (i32.const 7)) (i32.const 1072) (i32.const 5)))))
  (local.set $errno (call $open (i32.eq (local.get $operation) (i32.const 1))))
  (if (local.get $errno) (then (return (local.get $errno))))
  (global.set $count (i32.const 1))
  (if (i32.eq (local.get $operation) (i32.const 2))
    (then
      (local.set $other (global.get $fd))
      (if (call $open (i32.const 0)) (then unreachable))
      (if (call $fd_renumber (local.get $other) (global.get $fd)) (then unreachable))))
  (if (i32.eq (local.get $operation) (i32.const 3))
    (then
      (if (call $path_unlink_file (global.get $directory) (global.get $string) (global.get $string_length))
        (then unreachable))))
  (if (i32.eq (local.get $operation) (i32.const 4))
    (then (return (call $fd_filestat_set_size (global.get $fd) (i64.const 0x10000000000)))))
  (i32.store (i32.const 0) (i32.const 8192))
  (i32.store (i32.const 4) (i32.const 1))
  (if (i32.eq (local.get $operation) (i32.const 5))
    (then
      (if (call $fd_seek (global.get $fd) (i64.const 0x10000000000) (i32.const 0) (i32.const 16))
        (then unreachable))
      (return (call $fd_write (global.get $fd) (i32.const 0) (i32.const 1) (i32.const 8)))))
  (if (i32.eq (local.get $operation) (i32.const 6))
    (then
      (return
        (call $fd_pwrite (global.get $fd) (i32.const 0) (i32.const 1) (i64.const 0x10000000000) (i32.const 8)))))
  (call $write_pieces (i32.eq (local.get $operation) (i32.const 9))))

;; Creates the file where there is none.
(func $open (param $flags i32) (result i32)
  (local $errno i32)
  (local.set $errno
    (call $path_open (global.get $directory) (i32.const 1) (global.get $string) (global.get $string_length)
      (i32.const 1) (i64.const 0x400066) (i64.const 0) (local.get $flags) (i32.const 12)))
  (global.set $fd (i32.load (i32.const 12)))
  (local.get $errno))

(func $write_pieces (param $over i32) (result i32)
  (local $errno i32) (local $left i32)
  (global.set $count (i32.const 0))
  (local.set $left (i32.const 1000))
  (loop $next
    (i32.store (i32.const 0) (i32.const 8192))
    (i32.store (i32.const 4) (i32.const 4096))
    (local.set $errno
      (if (result i32) (local.get $over)
        (then (call $fd_pwrite (global.get $fd) (i32.const 0) (i32.const 1) (i64.const 0) (i32.const 8)))
        (else (call $fd_write (global.get $fd) (i32.const 0) (i32.const 1) (i32.const 8)))))
    (if (local.get $errno) (then (return (local.get $errno))))
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
    (br_if $next (local.get $left)))
  (i32.const 0))

;; Directories below a path that ends in "/", or further names of a file.
(func $make_names (result i32)
  (local $errno i32) (local $is_link i32) (local $name i32)
  (local.set $is_link
    (i32.ne
      (i32.load8_u
        (i32.sub (i32.add (global.get $string) (global.get $string_length)) (i32.const 1)))
      (i32.const 47)))
  (memory.copy (i32.const 8192) (global.get $string) (global.get $string_length))
  (local.set $name (i32.add (i32.const 8192) (global.get $string_length)))
  (i32.store16 (local.get $name) (i32.const 0x6161))
  (loop $next
    (local.set $errno
      (if (result i32) (local.get $is_link)
        (then
          (call $path_link (global.get $directory) (i32.const 0)
            (global.get $string) (global.get $string_length)
            (global.get $directory) (i32.const 8192) (i32.add (global.get $string_length) (i32.const 2))))
        (else
          (call $path_create_directory (global.get $directory)
            (i32.const 8192) (i32.add (global.get $string_length) (i32.const 2))))))
    (if (local.get $errno) (then (return (local.get $errno))))
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (i32.store8 (i32.add (local.get $name) (i32.const 1))
      (i32.add (i32.load8_u (i32.add (local.get $name) (i32.const 1))) (i32.const 1)))
    (if (i32.gt_u (i32.load8_u (i32.add (local.get $name) (i32.const 1))) (i32.const 122))
      (then
        (i32.store8 (i32.add (local.get $name) (i32.const 1)) (i32.const 97))
        (i32.store8 (local.get $name) (i32.add (i32.load8_u (local.get $name)) (i32.const 1)))))
    (br_if $next (i32.le_u (i32.load8_u (local.get $name)) (i32.const 122))))
  (i32.const 0))
