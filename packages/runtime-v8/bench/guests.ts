import wabt from 'wabt';

/** Reads all of stdin (up to 32 KiB) and writes it back: a command as small as one can be. */
const commandWat = `(module
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_get" (func $prestat (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") PAGES)
  (func (export "_start")
    (drop (call $prestat (i32.const 3) (i32.const 32)))
    (drop (call $sizes (i32.const 32) (i32.const 36)))
    (drop (call $args (i32.const 32) (i32.const 36)))
    (i32.store (i32.const 0) (i32.const 1024))
    (i32.store (i32.const 4) (i32.const 32768))
    (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
    (i32.store (i32.const 4) (i32.load (i32.const 8)))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))`;

/** The same, but it could wait: its entry is called through JSPI. */
const waitingWat = commandWat.replace(
  '(memory',
  '(import "wasi_snapshot_preview1" "poll_oneoff" (func (param i32 i32 i32 i32) (result i32)))\n  (memory',
);

/** The first buffer interface; answers {"Ok":{"result":9}} without looking. */
const bufferWat = `(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args (param i32 i32) (result i32)))
  (memory (export "memory") PAGES)
  (data (i32.const 65000) "{\\22Ok\\22:{\\22result\\22:9}}")
  (global $pointer (mut i32) (i32.const 1024))
  (global $length (mut i32) (i32.const 0))
  (func (export "wasm_memory_buffer_allocate_space") (param i32) (global.set $length (local.get 0)))
  (func (export "get_wasm_memory_buffer_pointer") (result i32) (global.get $pointer))
  (func (export "get_wasm_memory_buffer_len") (result i32) (global.get $length))
  (func (export "_start")
    (drop (call $args (i32.const 32) (i32.const 36)))
    (global.set $pointer (i32.const 65000))
    (global.set $length (i32.const 19))))`;

const numericWat = `(module
  (func (export "main") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))`;

/** Guests by name, with the input that each is given. */
export async function benchGuests(): Promise<
  readonly {
    readonly name: string;
    readonly bytes: Uint8Array<ArrayBuffer>;
    readonly input: string;
  }[]
> {
  const tools = await wabt();
  const build = (wat: string, pages: number): Uint8Array<ArrayBuffer> => {
    const parsed = tools.parseWat('guest.wat', wat.replace('PAGES', String(pages)));
    try {
      return Uint8Array.from(parsed.toBinary({}).buffer);
    } finally {
      parsed.destroy();
    }
  };
  const input = '{"param1":5,"param2":4}';
  return [
    { name: 'command, 1 page', bytes: build(commandWat, 1), input },
    { name: 'command, 17 pages', bytes: build(commandWat, 17), input },
    { name: 'command, 64 pages', bytes: build(commandWat, 64), input },
    { name: 'command that could wait', bytes: build(waitingWat, 1), input },
    { name: 'buffer, 2 pages', bytes: build(bufferWat, 2), input },
    { name: 'numeric', bytes: build(numericWat, 1), input: '{"args":[5,4]}' },
  ];
}
