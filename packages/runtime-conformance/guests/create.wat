;; One call that makes something at a path, in the directory of descriptor 3. The input's first number says which,
;; its last string is the path. Answers the error number.
;;   0 path_create_directory, 1 path_symlink to "file", 2 path_link of "file", 3 path_rename of "file",
;;   4 path_rename of "directory", 5 path_open that creates, 6 that creates anew (exclusively), 7 path_link of the
;;   path to "made", 8 path_rename of the path to "made", 9 path_open that creates a directory
;; use: input, text
(import "wasi_snapshot_preview1" "path_create_directory" (func $create_directory (param i32 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "path_symlink" (func $symlink (param i32 i32 i32 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "path_link" (func $link (param i32 i32 i32 i32 i32 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "path_rename" (func $rename (param i32 i32 i32 i32 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "path_open" (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
(data (i32.const 1024) "file")
(data (i32.const 1040) "directory")
(data (i32.const 1056) "made")

(func $act (param $input i32) (param $length i32)
  (local $number i32)
  (local.set $number (i32.wrap_i64 (call $number_in (local.get $input) (local.get $length))))
  (call $find_string (local.get $input) (local.get $length))
  (call $answer_number (i64.extend_i32_u (call $make (local.get $number)))))

(func $make (param $number i32) (result i32)
  (if (i32.eq (local.get $number) (i32.const 0))
    (then (return (call $create_directory (i32.const 3) (global.get $string) (global.get $string_length)))))
  (if (i32.eq (local.get $number) (i32.const 1))
    (then (return
      (call $symlink (i32.const 1024) (i32.const 4) (i32.const 3) (global.get $string) (global.get $string_length)))))
  (if (i32.eq (local.get $number) (i32.const 2))
    (then (return
      (call $link (i32.const 3) (i32.const 0) (i32.const 1024) (i32.const 4)
        (i32.const 3) (global.get $string) (global.get $string_length)))))
  (if (i32.eq (local.get $number) (i32.const 3))
    (then (return
      (call $rename (i32.const 3) (i32.const 1024) (i32.const 4)
        (i32.const 3) (global.get $string) (global.get $string_length)))))
  (if (i32.eq (local.get $number) (i32.const 4))
    (then (return
      (call $rename (i32.const 3) (i32.const 1040) (i32.const 9)
        (i32.const 3) (global.get $string) (global.get $string_length)))))
  (if (i32.eq (local.get $number) (i32.const 5)) (then (return (call $open (i32.const 1)))))
  (if (i32.eq (local.get $number) (i32.const 6)) (then (return (call $open (i32.const 5)))))
  (if (i32.eq (local.get $number) (i32.const 7))
    (then (return
      (call $link (i32.const 3) (i32.const 0) (global.get $string) (global.get $string_length)
        (i32.const 3) (i32.const 1056) (i32.const 4)))))
  (if (i32.eq (local.get $number) (i32.const 8))
    (then (return
      (call $rename (i32.const 3) (global.get $string) (global.get $string_length)
        (i32.const 3) (i32.const 1056) (i32.const 4)))))
  (call $open (i32.const 3)))

;; For writing, following links.
(func $open (param $flags i32) (result i32)
  (call $path_open (i32.const 3) (i32.const 1) (global.get $string) (global.get $string_length)
    (local.get $flags) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 12)))
