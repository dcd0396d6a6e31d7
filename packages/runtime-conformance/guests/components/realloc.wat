;; The allocator of component shells. Fragments take memory.size for the end of what is in use, and grow
;; memory for themselves, so nobody else may grow it under them: the adapter's pages lie in a zone of their
;; own, 65536 .. 393215. Only an input that is too large for the zone is put behind everything else.
(global $zone_end (mut i32) (i32.const 65536))

(func (export "cabi_realloc") (param $old i32) (param $old_size i32) (param $align i32) (param $size i32) (result i32)
  (local $place i32)
  (if (i32.gt_u (local.get $size) (i32.const 65536))
    (then
      (call $reserve (i32.const 393216))
      (local.set $place (i32.shl (memory.size) (i32.const 16)))
      (call $reserve (i32.add (local.get $place) (local.get $size)))
      (return (local.get $place))))
  (local.set $place
    (i32.and
      (i32.add (global.get $zone_end) (i32.sub (local.get $align) (i32.const 1)))
      (i32.sub (i32.const 0) (local.get $align))))
  (global.set $zone_end (i32.add (local.get $place) (local.get $size)))
  (if (i32.gt_u (global.get $zone_end) (i32.const 393216)) (then unreachable))
  (call $reserve (i32.const 393216))
  (memory.copy (local.get $place) (local.get $old) (local.get $old_size))
  (local.get $place))
