;; Never gets through its instantiation. Command interface.
(module
  (memory (export "memory") 1)
  (func $initialize (loop $again (br $again)))
  (start $initialize)
  (func (export "_start")))
