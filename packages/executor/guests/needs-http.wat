;; Imports `http.get`, which is there only where the network is granted. Command interface.
(module
  (import "http" "get" (func $get (result i32)))
  (memory (export "memory") 1)
  (func (export "_start") (drop (call $get))))
