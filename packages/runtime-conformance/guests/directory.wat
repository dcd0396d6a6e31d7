;; One operation on a path in a preopened directory. The input's first number is operation * 10 + descriptor,
;; its last string the path. Answers {"errno":n,"text":"what was read"}.
;;   0 reads a file, 1 writes one, 2 makes the symbolic link "link" that leads to the path,
;;   3 removes a file, 4 makes a hard link "link" to the path, 5 renames the path to "../renamed"
;; use: input, text
(import "wasi_snapshot_preview1" "path_open" (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "path_symlink" (func $path_symlink (param i32 i32 i32 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "path_link" (func $path_link (param i32 i32 i32 i32 i32 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "path_rename" (func $path_rename (param i32 i32 i32 i32 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "path_unlink_file" (func $path_unlink_file (param i32 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
(data (i32.const 1024) "{\"errno\":")
(data (i32.const 1040) ",\"text\":\"")
(data (i32.const 1056) "\"}")
(data (i32.const 1072) "link")
(data (i32.const 1088) "written by the guest")
(data (i32.const 1120) "../renamed")

(func $act (param $input i32) (param $length i32)
  (local $number i32) (local $fd i32) (local $errno i32)
  (local.set $number (i32.wrap_i64 (call $number_in (local.get $input) (local.get $length))))
  (local.set $fd (i32.rem_u (local.get $number) (i32.const 10)))
  (call $find_string (local.get $input) (local.get $length))
  (i32.store (i32.const 8) (i32.const 0))
  (local.set $errno
    (block $done (result i32)
      (block $rename
        (block $link
          (block $remove
            (block $symlink
              (block $write_file
                (block $read_file
                  (br_table $read_file $write_file $symlink $remove $link $rename
                    (i32.div_u (local.get $number) (i32.const 10))))
                (br $done (call $read_into_scratch (local.get $fd))))
              (br $done (call $write_text (local.get $fd))))
            (br $done
              (call $path_symlink (global.get $string) (global.get $string_length) (local.get $fd)
                (i32.const 1072) (i32.const 4))))
          (br $done
            (call $path_unlink_file (local.get $fd) (global.get $string) (global.get $string_length))))
        (br $done
          (call $path_link (local.get $fd) (i32.const 0) (global.get $string) (global.get $string_length)
            (local.get $fd) (i32.const 1072) (i32.const 4))))
      (call $path_rename (local.get $fd) (global.get $string) (global.get $string_length)
        (local.get $fd) (i32.const 1120) (i32.const 10))))
  (call $put (i32.const 1024) (i32.const 9))
  (call $put_number (i64.extend_i32_u (local.get $errno)))
  (call $put (i32.const 1040) (i32.const 9))
  (if (i32.eqz (local.get $errno)) (then (call $put (i32.const 2048) (i32.load (i32.const 8)))))
  (call $put (i32.const 1056) (i32.const 2))
  (call $answer_text))

;; Opens the path, following links, reads up to 4 KiB to address 2048; the count is at address 8.
(func $read_into_scratch (param $directory i32) (result i32)
  (local $errno i32)
  (local.set $errno
    (call $path_open (local.get $directory) (i32.const 1) (global.get $string) (global.get $string_length)
      (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 12)))
  (if (local.get $errno) (then (return (local.get $errno))))
  (i32.store (i32.const 0) (i32.const 2048))
  (i32.store (i32.const 4) (i32.const 4096))
  (local.set $errno (call $fd_read (i32.load (i32.const 12)) (i32.const 0) (i32.const 1) (i32.const 8)))
  (drop (call $fd_close (i32.load (i32.const 12))))
  (local.get $errno))

;; Creates or empties the file and writes a text to it.
(func $write_text (param $directory i32) (result i32)
  (local $errno i32)
  (local.set $errno
    (call $path_open (local.get $directory) (i32.const 1) (global.get $string) (global.get $string_length)
      (i32.const 9) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 12)))
  (if (local.get $errno) (then (return (local.get $errno))))
  (i32.store (i32.const 0) (i32.const 1088))
  (i32.store (i32.const 4) (i32.const 20))
  (local.set $errno (call $fd_write (i32.load (i32.const 12)) (i32.const 0) (i32.const 1) (i32.const 8)))
  (i32.store (i32.const 8) (i32.const 0))
  (drop (call $fd_close (i32.load (i32.const 12))))
  (local.get $errno))
