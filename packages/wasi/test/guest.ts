import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import wabt from 'wabt';
import {
  bytesInput,
  Preview1Host,
  preview1Functions,
  type Preview1Options,
  type Preview1Version,
} from '@wasmwhisk/wasi';

/** The numbers of `errno` that tests name. */
export const errno = {
  success: 0,
  access: 2,
  badf: 8,
  exist: 20,
  fault: 21,
  ilseq: 25,
  inval: 28,
  isdir: 31,
  loop: 32,
  nametoolong: 37,
  noent: 44,
  nosys: 52,
  notdir: 54,
  notsock: 57,
  notsup: 58,
  perm: 63,
  spipe: 70,
  notcapable: 76,
} as const;

/** A guest played by a test: calls the host's functions with a memory of its own. */
export interface PlayedGuest {
  readonly memory: WebAssembly.Memory;
  readonly view: () => DataView;
  readonly host: Preview1Host;
  /** Calls a function by name; gives its errno. */
  readonly call: (name: string, ...args: (number | bigint)[]) => number;
  /** Puts text into memory; gives pointer and length. */
  readonly text: (text: string) => readonly [pointer: number, length: number];
  /** Room of so many bytes, filled with 0xAA. */
  readonly room: (length: number) => number;
  /** An iovec array over these ranges; gives pointer and count. */
  readonly vectors: (
    ...ranges: (readonly [pointer: number, length: number])[]
  ) => readonly [pointer: number, count: number];
  readonly read: (pointer: number, length: number) => string;
  readonly stdout: () => string;
  readonly stderr: () => string;
}

export interface GuestOptions extends Partial<Omit<Preview1Options, 'stdio'>> {
  readonly stdin?: string;
  readonly version?: Preview1Version;
}

export function playGuest(options: GuestOptions = {}): PlayedGuest {
  const { stdin = '', version = 'wasi_snapshot_preview1', ...rest } = options;
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 10 });
  const written = { stdout: '', stderr: '' };
  const host = new Preview1Host({
    args: ['guest'],
    environment: [],
    preopens: [],
    ...rest,
    stdio: {
      stdin: bytesInput(Buffer.from(stdin)),
      stdout: (bytes) => {
        written.stdout += Buffer.from(bytes).toString();
      },
      stderr: (bytes) => {
        written.stderr += Buffer.from(bytes).toString();
      },
    },
  });
  onTestFinished(() => {
    host.close();
  });
  host.attachMemory(memory);
  const functions = host.imports(version, preview1Functions[version].keys());
  let free = 1024;
  const room = (length: number): number => {
    const pointer = free;
    free += (length + 15) & ~7;
    new Uint8Array(memory.buffer, pointer, length).fill(0xaa);
    return pointer;
  };
  return {
    memory,
    host,
    room,
    view: () => new DataView(memory.buffer),
    call: (name, ...args) => (functions[name] as (...args: unknown[]) => number)(...args),
    text: (text) => {
      const bytes = Buffer.from(text);
      const pointer = room(bytes.length);
      new Uint8Array(memory.buffer).set(bytes, pointer);
      return [pointer, bytes.length];
    },
    vectors: (...ranges) => {
      const pointer = room(ranges.length * 8);
      const view = new DataView(memory.buffer);
      ranges.forEach(([start, length], index) => {
        view.setUint32(pointer + index * 8, start, true);
        view.setUint32(pointer + index * 8 + 4, length, true);
      });
      return [pointer, ranges.length];
    },
    read: (pointer, length) => Buffer.from(memory.buffer, pointer, length).toString(),
    stdout: () => written.stdout,
    stderr: () => written.stderr,
  };
}

/** A directory of the host for one test. */
export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'wasmwhisk-wasi-'));
  onTestFinished(() => {
    rmSync(path, { recursive: true });
  });
  return path;
}

const { parseWat } = await wabt();

export function compileWat(wat: string): WebAssembly.Module {
  const parsed = parseWat('guest.wat', wat, { threads: true, exceptions: true });
  try {
    return new WebAssembly.Module(Uint8Array.from(parsed.toBinary({}).buffer));
  } finally {
    parsed.destroy();
  }
}
