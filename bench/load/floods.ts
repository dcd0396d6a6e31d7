import wabt from 'wabt';
import { componentNew, preview1AdapterCommandPath } from '@bytecodealliance/jco';
import { readFileSync } from 'node:fs';

/** Something that a guest makes the main thread do item by item. */
export interface Flood {
  readonly what: string;
  /** Body of `_start` of a command. */
  readonly body: string;
  /** Runs of it at once. */
  readonly runs: number;
}

/** Writes 64 KiB of one byte, 160 times: as much as is kept of a log. */
function blocksOf(byte: number): string {
  return `(memory.fill (i32.const 65536) (i32.const ${String(byte)}) (i32.const 65536))
    ${repeat(160, '(call $write (i32.const 2) (i32.const 65536) (i32.const 65536))')}`;
}

function repeat(times: number, body: string): string {
  return `(local.set $left (i32.const ${String(times)}))
    (loop $more ${body} (br_if $more (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))`;
}

const lineEnd = 10;

export const floods: readonly Flood[] = [
  {
    what: 'single bytes',
    runs: 1,
    body: repeat(1_000_000, '(call $write (i32.const 2) (i32.const 64) (i32.const 1))'),
  },
  {
    what: 'stdout and stderr by turns',
    runs: 1,
    body: repeat(
      50_000,
      `(call $write (i32.const 1) (i32.const 64) (i32.const 2))
       (call $write (i32.const 2) (i32.const 64) (i32.const 1))`,
    ),
  },
  { what: 'blocks of line ends', runs: 1, body: blocksOf(lineEnd) },
  { what: 'blocks that are not UTF-8', runs: 1, body: blocksOf(0xff) },
  { what: 'blocks that JSON escapes', runs: 1, body: blocksOf(1) },
  { what: 'blocks of line ends, 16 at once', runs: 16, body: blocksOf(lineEnd) },
  {
    what: 'single bytes, 16 at once',
    runs: 16,
    body: repeat(100_000, '(call $write (i32.const 2) (i32.const 64) (i32.const 1))'),
  },
  { what: 'waits for next to nothing', runs: 1, body: repeat(2000, '(call $sleep)') },
];

/** The module of a flood: a plain command that answers `{}`. */
export async function floodModule({ body }: Flood): Promise<Uint8Array> {
  const wat = await wabt();
  const parsed = wat.parseWat(
    'flood.wat',
    `(module
      (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))
      (memory (export "memory") 2)
      (data (i32.const 64) "a\\n{}\\n")
      (func $write (param $stream i32) (param $at i32) (param $length i32)
        (i32.store (i32.const 0) (local.get $at))
        (i32.store (i32.const 4) (local.get $length))
        (drop (call $fd_write (local.get $stream) (i32.const 0) (i32.const 1) (i32.const 8))))
      (func $sleep
        (i32.store (i32.const 144) (i32.const 1))
        (i64.store (i32.const 152) (i64.const 1))
        (drop (call $poll_oneoff (i32.const 128) (i32.const 256) (i32.const 1) (i32.const 320))))
      (func (export "_start") (local $left i32)
        ${body}
        (call $write (i32.const 1) (i32.const 66) (i32.const 3))))`,
    {},
  );
  try {
    return Uint8Array.from(parsed.toBinary({}).buffer);
  } finally {
    parsed.destroy();
  }
}

/** The same as a component, by the adapter that toolchains use. */
export async function floodComponent(flood: Flood): Promise<Uint8Array> {
  return componentNew(await floodModule(flood), [
    ['wasi_snapshot_preview1', readFileSync(preview1AdapterCommandPath())],
  ]);
}
