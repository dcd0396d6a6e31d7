//! What a guest may take of the host, where no other language of the tests can write the guest.

mod host;

use wasmwhisk_engine::Success;

const MEMORY_BYTES: usize = 16 * 1024 * 1024;

#[test]
fn counts_the_heap_of_garbage_collected_objects_as_memory() {
    // A list of arrays of a mebibyte each, all of them reachable.
    let (result, usage) = host::host(MEMORY_BYTES).run(
        r#"(module
            (memory (export "memory") 1)
            (type $bytes (array (mut i8)))
            (type $node (struct (field (ref null $node)) (field (ref $bytes))))
            (func (export "_start") (local $list (ref null $node))
                (loop $again
                    (local.set $list (struct.new $node
                        (local.get $list)
                        (array.new_default $bytes (i32.const 1048576))))
                    (br $again))))"#,
    );
    let failure = result.expect_err("the heap is bounded");
    assert_eq!(
        failure.code, "WW_ERR_RUN_MEMORY_LIMIT",
        "{}",
        failure.message
    );
    assert!(usage.peak_memory_bytes <= MEMORY_BYTES as u64);
}

#[test]
fn refuses_one_array_that_is_larger_than_all() {
    let (result, _) = host::host(MEMORY_BYTES).run(
        r#"(module
            (memory (export "memory") 1)
            (type $bytes (array (mut i8)))
            (func (export "_start")
                (drop (array.new_default $bytes (i32.const 1000000000)))))"#,
    );
    let failure = result.expect_err("it does not fit");
    assert!(
        ["WW_ERR_RUN_MEMORY_LIMIT", "WW_ERR_GUEST_TRAP"].contains(&failure.code),
        "{}",
        failure.message
    );
}

#[test]
fn ends_a_recursion_in_a_start_function() {
    let (result, _) = host::host(MEMORY_BYTES).run(
        r#"(module
            (memory (export "memory") 1)
            (func $deep (call $deep))
            (start $deep)
            (func (export "_start")))"#,
    );
    let failure = result.expect_err("the stack is bounded");
    assert_eq!(failure.trap, Some("stack-overflow"));
}

#[test]
fn tells_an_exception_that_nobody_catches() {
    let (result, _) = host::host(MEMORY_BYTES).run(
        r#"(module
            (memory (export "memory") 1)
            (tag $thrown)
            (func (export "_start") (throw $thrown)))"#,
    );
    let failure = result.expect_err("nobody catches it");
    assert_eq!(failure.code, "WW_ERR_GUEST_TRAP", "{}", failure.message);
}

#[test]
fn bounds_memories_of_64_bits_too() {
    let (result, usage) = host::host(MEMORY_BYTES).run(
        r#"(module
            (memory (export "memory") i64 1)
            (func (export "_start")
                (loop $again
                    (br_if $again (i64.ne (memory.grow (i64.const 1)) (i64.const -1))))))"#,
    );
    assert!(matches!(result, Ok(Success::Answer(answer)) if answer.json == b"{}"));
    assert_eq!(usage.peak_memory_bytes, MEMORY_BYTES as u64);
}
