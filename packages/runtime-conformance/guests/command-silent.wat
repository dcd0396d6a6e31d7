;; A command that reads nothing and writes nothing.
(module
  (memory (export "memory") 1)
  (func (export "_start")))
