;; Gets the address in the input's last string and answers {"value":n}: the status of the reply, or the case of
;; wasi:http's error-code when there is none.
;; use: input, text, http-outgoing
(func $act (param $input i32) (param $length i32)
  (local $reply i32)
  (call $find_string (local.get $input) (local.get $length))
  (local.set $reply (call $fetch))
  (call $answer_number
    (i64.extend_i32_u
      (if (result i32) (local.get $reply)
        (then (call $reply_status (local.get $reply)))
        (else (global.get $fetch_error))))))
