;; Traps while it is instantiated, before anything of it is called. Command interface.
(module
  (memory (export "memory") 1)
  (func $initialize unreachable)
  (start $initialize)
  (func (export "_start")))
