;; Traps at once, and says nothing. Command interface.
(module
  (memory (export "memory") 1)
  (func (export "_start") unreachable))
