import { readFileSync } from 'node:fs';
import wabt from 'wabt';

const { parseWat } = await wabt();

/** An example action, by its path below `examples/actions`. */
function exampleOf(path: string): Uint8Array {
  return readFileSync(new URL(`../../../examples/actions/${path}`, import.meta.url));
}

function moduleOf(wat: string): Uint8Array {
  const parsed = parseWat('guest.wat', wat, {});
  try {
    return Uint8Array.from(parsed.toBinary({}).buffer);
  } finally {
    parsed.destroy();
  }
}

/** A command: arguments come on standard input, the last line of standard output is the result. */
function commandOf(body: string, { data = '', pages = 64 } = {}): Uint8Array {
  return moduleOf(`(module
    (import "wasi_snapshot_preview1" "fd_read"
      (func $fd_read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write"
      (func $fd_write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "environ_sizes_get"
      (func $environ_sizes_get (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "environ_get"
      (func $environ_get (param i32 i32) (result i32)))
    (memory (export "memory") ${String(pages)})
    ${data}
    (func $write (param $stream i32) (param $at i32) (param $length i32)
      (i32.store (i32.const 0) (local.get $at))
      (i32.store (i32.const 4) (local.get $length))
      (drop (call $fd_write (local.get $stream) (i32.const 0) (i32.const 1) (i32.const 8))))
    (func (export "_start") ${body}))`);
}

/** Reads all of the arguments to 65536, and leaves their length in $length. */
const readAll = `(local $length i32)
  (loop $more
    (i32.store (i32.const 0) (i32.add (i32.const 65536) (local.get $length)))
    (i32.store (i32.const 4) (i32.const 65536))
    (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
    (local.set $length (i32.add (local.get $length) (i32.load (i32.const 8))))
    (br_if $more (i32.load (i32.const 8))))`;

/** Code for tests, as bytes. */
export const guests = {
  /** `{param1, param2}` gives `{result}`. */
  add: exampleOf('add/build/add.wasm'),
  hello: exampleOf('hello/build/hello.wasm'),
  /** Waits for `wait_ms`, or 300 ms. */
  net: exampleOf('net/net.wasm'),
  /** `{iterations, input}`: computes for as long as that takes. */
  hash: exampleOf('hash/hash.wasm'),
  /** Answers its arguments as they came. A conductor too: its first arguments are its first answer. */
  echo: commandOf(`${readAll} (call $write (i32.const 1) (i32.const 65536) (local.get $length))`),
  /** Answers its environment: `{"env":"A=1|B=2|"}`. */
  environment: commandOf(
    `(local $at i32) (local $end i32)
    (drop (call $environ_sizes_get (i32.const 16) (i32.const 20)))
    (drop (call $environ_get (i32.const 32768) (i32.const 65536)))
    (local.set $at (i32.const 65536))
    (local.set $end (i32.add (i32.const 65536) (i32.load (i32.const 20))))
    (block $done (loop $next
      (br_if $done (i32.eq (local.get $at) (local.get $end)))
      (if (i32.eqz (i32.load8_u (local.get $at)))
        (then (i32.store8 (local.get $at) (i32.const 124))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br $next)))
    (call $write (i32.const 1) (i32.const 1024) (i32.const 8))
    (call $write (i32.const 1) (i32.const 65536) (i32.load (i32.const 20)))
    (call $write (i32.const 1) (i32.const 1040) (i32.const 3))`,
    { data: String.raw`(data (i32.const 1024) "{\"env\":\"") (data (i32.const 1040) "\"}\n")` },
  ),
  /** Writes a line to each stream, and answers `{"a":1}`. */
  talkative: commandOf(
    `(call $write (i32.const 1) (i32.const 1024) (i32.const 4))
    (call $write (i32.const 2) (i32.const 1032) (i32.const 6))
    (call $write (i32.const 1) (i32.const 1040) (i32.const 8))`,
    {
      data: String.raw`(data (i32.const 1024) "out\n") (data (i32.const 1032) "error\n")
        (data (i32.const 1040) "{\"a\":1}\n")`,
    },
  ),
  /** Answers a list. */
  list: commandOf('(call $write (i32.const 1) (i32.const 1024) (i32.const 8))', {
    data: String.raw`(data (i32.const 1024) "[1,2,3]\n")`,
  }),
  /** Grows its memory page by page as far as it can, and answers `{"pages":n}`. */
  grow: commandOf(
    `(local $at i32) (local $pages i32)
    (block $full (loop $more
      (br_if $full (i32.eq (memory.grow (i32.const 1)) (i32.const -1)))
      (br $more)))
    (local.set $pages (memory.size))
    (local.set $at (i32.const 1060))
    (i32.store8 (local.get $at) (i32.const 125))
    (loop $digit
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (i32.store8 (local.get $at) (i32.add (i32.const 48) (i32.rem_u (local.get $pages) (i32.const 10))))
      (local.set $pages (i32.div_u (local.get $pages) (i32.const 10)))
      (br_if $digit (local.get $pages)))
    (call $write (i32.const 1) (i32.const 1024) (i32.const 9))
    (call $write (i32.const 1) (local.get $at) (i32.sub (i32.const 1061) (local.get $at)))`,
    { data: String.raw`(data (i32.const 1024) "{\"pages\":")` },
  ),
  /** Traps. */
  trap: commandOf('(unreachable)'),
  /** Never ends. */
  loop: commandOf('(loop $for_ever (br $for_ever))'),
  /** No WebAssembly at all. */
  nonsense: Buffer.from('nothing that runs here'),
} as const;

export type GuestName = keyof typeof guests;
