import { isWasmRuntimeError } from '@wasmwhisk/runtime';

/** A WASI function of the preview 1 family, as the engine calls it. All of ours take and give plain numbers. */
export type WasiCall = (...args: (number | bigint)[]) => number;

/** Where a guest's streams lead. */
export interface GuestStreams {
  /** Gives at most `maxBytes`; an empty array is the end. */
  readonly readStdin: (maxBytes: number) => Uint8Array;
  /** Bytes are the callee's to keep. */
  readonly writeStdout: (bytes: Uint8Array) => void;
  readonly writeStderr: (bytes: Uint8Array) => void;
}

/** The pipes inside Wasmer's host, and the guest's memory. */
export interface GuestPipes {
  readonly memory: () => WebAssembly.Memory | undefined;
  readonly fillStdin: (bytes: Uint8Array) => void;
  readonly drainStdout: () => Uint8Array;
  readonly drainStderr: () => Uint8Array;
}

/** Thrown through the guest by `proc_exit`. Wasmer's own throws an opaque object that does not tell the code. */
export class GuestExit {
  readonly exitCode: number;
  constructor(exitCode: number) {
    this.exitCode = exitCode;
  }
}

/** Wasmer's host failed inside a call: its Rust code panicked, or ran out of stack. */
export class HostFailure extends Error {
  override readonly name = 'HostFailure';
}

/** WASI's error numbers that we answer ourselves. */
const errno = { notSupported: 58, notCapable: 76 } as const;

/** Most bytes that cross a pipe in one call. Partial reads and writes are WASI's custom. */
const pipeBytesMax = 64 * 1024;

/**
 * Functions that name files. Wasmer shows every guest a root directory in memory, without any
 * limit on what a guest may store there. We grant no directories, so nothing may be opened.
 */
const fileCalls = new Set([
  'path_create_directory',
  'path_filestat_get',
  'path_filestat_set_times',
  'path_link',
  'path_open',
  'path_readlink',
  'path_remove_directory',
  'path_rename',
  'path_symlink',
  'path_unlink_file',
]);

/**
 * Puts our rules around Wasmer's functions, of which `calls` are the ones that the guest imports: streams flow while the
 * guest runs (Wasmer would keep all output in its own memory until the end), exits tell their code,
 * files do not exist, and a failure of the host is told apart from a trap of the guest.
 */
export function guardCalls(
  calls: readonly (readonly [name: string, call: WasiCall | undefined])[],
  streams: GuestStreams,
  pipes: GuestPipes,
): Record<string, WasiCall> {
  const guarded: Record<string, WasiCall> = {};
  for (const [name, call] of calls)
    if (call !== undefined)
      guarded[name] = guard(name, guardStreams(name, call, streams, pipes), pipes);
  return guarded;
}

/** Hands over what the guest left in the pipes by other ways than the standard descriptors. */
export function drainPipes(streams: GuestStreams, pipes: GuestPipes): void {
  deliver(pipes.drainStdout(), streams.writeStdout);
  deliver(pipes.drainStderr(), streams.writeStderr);
}

function guard(name: string, call: WasiCall, pipes: GuestPipes): WasiCall {
  if (name === 'proc_exit')
    return (code) => {
      throw new GuestExit(Number(code) >>> 0);
    };
  if (name === 'proc_raise')
    return (signal) => {
      // As a shell reports a process that a signal ended.
      throw new GuestExit(128 + (Number(signal) & 0x7f));
    };
  if (fileCalls.has(name)) return () => errno.notCapable;
  return (...args) => {
    // A start function runs before Wasmer knows the memory, and Wasmer panics on that.
    if (pipes.memory() === undefined) return errno.notSupported;
    try {
      return call(...args);
    } catch (cause) {
      // What a sink or a reader of ours throws is not Wasmer's failure.
      if (isWasmRuntimeError(cause)) throw cause;
      throw new HostFailure(`Wasmer's ${name} failed: ${String(cause)}`, { cause });
    }
  };
}

function guardStreams(
  name: string,
  call: WasiCall,
  streams: GuestStreams,
  pipes: GuestPipes,
): WasiCall {
  switch (name) {
    case 'fd_write':
    case 'fd_pwrite':
      return guardWrite(call, streams, pipes);
    case 'fd_read':
      return guardRead(call, streams, pipes);
    case 'fd_pread':
      return (...args) => callWithShortVector(call, args, pipes);
    case 'random_get':
      return guardRandom(call);
    default:
      return call;
  }
}

function guardWrite(call: WasiCall, streams: GuestStreams, pipes: GuestPipes): WasiCall {
  return (...args) => {
    const result = callWithShortVector(call, args, pipes);
    switch (args[0]) {
      case 1:
        deliver(pipes.drainStdout(), streams.writeStdout);
        break;
      case 2:
        deliver(pipes.drainStderr(), streams.writeStderr);
        break;
      default:
        // A descriptor that the guest renumbered may lead to either pipe.
        drainPipes(streams, pipes);
    }
    return result;
  };
}

function guardRead(call: WasiCall, streams: GuestStreams, pipes: GuestPipes): WasiCall {
  let inPipe = 0;
  return (...args) => {
    if (args[0] !== 0) return callWithShortVector(call, args, pipes);
    if (inPipe === 0) {
      const piece = streams.readStdin(pipeBytesMax);
      if (piece.length > 0) pipes.fillStdin(piece);
      inPipe = piece.length;
    }
    const result = callWithShortVector(call, args, pipes);
    if (result === 0) inPipe -= viewOf(pipes)?.getUint32(Number(args[3]) >>> 0, true) ?? 0;
    return result;
  };
}

function guardRandom(call: WasiCall): WasiCall {
  return (pointer, length) => {
    const start = Number(pointer) >>> 0;
    const size = Number(length) >>> 0;
    // In pieces: Wasmer makes a copy of each.
    for (let done = 0; done < size; done += pipeBytesMax) {
      const result = call(start + done, Math.min(pipeBytesMax, size - done));
      if (result !== 0) return result;
    }
    return 0;
  };
}

/**
 * Calls with a vector of at most `pipeBytesMax` bytes: of a longer one the guest's call sees the
 * first filled entry only, cut. Wasmer copies what the vector names, and one call could name the
 * guest's whole memory a million times.
 */
function callWithShortVector(
  call: WasiCall,
  args: readonly (number | bigint)[],
  pipes: GuestPipes,
): number {
  const view = viewOf(pipes);
  const [fd = 0, vector = 0, entries = 0, ...rest] = args;
  const first = Number(vector) >>> 0;
  const count = Number(entries) >>> 0;
  // A vector outside of memory is Wasmer's to refuse.
  if (view === undefined || first + count * 8 > view.byteLength) return call(...args);
  let total = 0;
  let filled = -1;
  for (let index = 0; index < count && total <= pipeBytesMax; index += 1) {
    const length = view.getUint32(first + index * 8 + 4, true);
    if (filled < 0 && length > 0) filled = index;
    total += length;
  }
  if (total <= pipeBytesMax) return call(...args);
  const entry = first + filled * 8;
  const length = view.getUint32(entry + 4, true);
  view.setUint32(entry + 4, Math.min(length, pipeBytesMax), true);
  try {
    return call(fd, entry, 1, ...rest);
  } finally {
    view.setUint32(entry + 4, length, true);
  }
}

function viewOf(pipes: GuestPipes): DataView | undefined {
  const memory = pipes.memory();
  return memory === undefined ? undefined : new DataView(memory.buffer);
}

function deliver(bytes: Uint8Array, write: (bytes: Uint8Array) => void): void {
  if (bytes.length > 0) write(bytes);
}
