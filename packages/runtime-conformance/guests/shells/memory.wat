;; Memory of every guest, unless it declares its own:
;;   0 .. 1023       scratch of shells and library
;;   1024 .. 28671   the guest's data
;;   28672 .. 32767  short answers that a shell wraps
;;   32768 .. 65535  text that a guest builds (library/text.wat)
;;   65536 ..        the input
(memory (export "memory") 2)
