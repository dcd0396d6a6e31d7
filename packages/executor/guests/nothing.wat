;; Ends well without a result. Command interface.
(module
  (memory (export "memory") 1)
  (func (export "_start")))
