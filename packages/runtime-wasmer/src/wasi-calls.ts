import { isWasmRuntimeError } from '@wasmwhisk/runtime';
import { fillRandom } from '@wasmwhisk/wasi';
import { callWithShortVector, pipeBytesMax } from './short-vector.js';
import type { WasiCall } from './wasi-call.js';

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
export class GuestExit extends Error {
  override readonly name = 'GuestExit';
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`The guest ended with exit code ${String(exitCode)}.`);
    this.exitCode = exitCode;
  }
}

/** What is noted when Wasmer's host fails inside a call: its Rust code panicked, or ran out of stack. */
export interface HostTrouble {
  first: { readonly name: string; readonly cause: unknown } | undefined;
  /** The error of an exhausted stack, where there was one. */
  stackError: unknown;
}

/** Wasmer's host failed. Made where the stack is short again: on an exhausted one even this may fail. */
export class HostFailure extends Error {
  override readonly name = 'HostFailure';
  /** The guest had used up the stack; nothing is wrong with the host but that it must be made anew. */
  readonly stackExhausted: boolean;

  constructor(
    message: string,
    options: { readonly cause: unknown; readonly stackExhausted: boolean },
  ) {
    super(message, { cause: options.cause });
    this.stackExhausted = options.stackExhausted;
  }
}

/** WASI's error numbers that we answer ourselves. */
const errno = {
  fault: 21,
  invalid: 28,
  notSocket: 57,
  notSupported: 58,
  notCapable: 76,
} as const;

/**
 * Functions that are answered without asking Wasmer.
 *
 * Those that name files: Wasmer shows every guest a root directory in memory, without any limit on
 * what a guest may store there. We grant no directories, so nothing may be opened.
 * Others, on which Wasmer's host panics in JavaScript: it has no way to wait, and overflows in sums.
 */
export const refusedCalls: ReadonlyMap<string, number> = new Map([
  ['path_create_directory', errno.notCapable],
  ['path_filestat_get', errno.notCapable],
  ['path_filestat_set_times', errno.notCapable],
  ['path_link', errno.notCapable],
  ['path_open', errno.notCapable],
  ['path_readlink', errno.notCapable],
  ['path_remove_directory', errno.notCapable],
  ['path_rename', errno.notCapable],
  ['path_symlink', errno.notCapable],
  ['path_unlink_file', errno.notCapable],
  ['fd_advise', errno.notSupported],
  ['fd_filestat_set_times', errno.notSupported],
  // Would lead a stream past the pipes that are emptied after each write.
  ['fd_renumber', errno.notSupported],
  ['poll_oneoff', errno.notSupported],
  // Wasmer does not have it.
  ['sock_accept', errno.notSocket],
]);

/** Enumerations that Wasmer does not check before it panics: which argument, and its largest value. */
const enumerationArguments: ReadonlyMap<string, { readonly index: number; readonly max: number }> =
  new Map([
    ['clock_res_get', { index: 0, max: 3 }],
    ['clock_time_get', { index: 0, max: 3 }],
    ['fd_seek', { index: 2, max: 2 }],
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
  trouble: HostTrouble,
): Record<string, WasiCall> {
  const guarded: Record<string, WasiCall> = {};
  for (const [name, offered] of calls) {
    const call = offered ?? notOffered(name);
    if (call !== undefined)
      guarded[name] = guard(name, guardStreams(name, call, streams, pipes), pipes, trouble);
  }
  return guarded;
}

/** A call that `guard` answers in its place. */
function notOffered(name: string): WasiCall | undefined {
  const refusal = refusedCalls.get(name);
  return refusal === undefined ? undefined : () => refusal;
}

function guard(name: string, call: WasiCall, pipes: GuestPipes, trouble: HostTrouble): WasiCall {
  if (name === 'proc_exit')
    return (code) => {
      throw new GuestExit(Number(code) >>> 0);
    };
  if (name === 'proc_raise')
    return (signal) => {
      // As a shell reports a process that a signal ended.
      throw new GuestExit(128 + (Number(signal) & 0x7f));
    };
  const refusal = refusedCalls.get(name);
  if (refusal !== undefined) return () => refusal;
  const enumeration = enumerationArguments.get(name);
  return (...args) => {
    // A start function runs before Wasmer knows the memory, and Wasmer panics on that.
    if (pipes.memory() === undefined) return errno.notSupported;
    if (enumeration !== undefined && Number(args[enumeration.index]) >>> 0 > enumeration.max)
      return errno.invalid;
    try {
      return call(...args);
    } catch (cause) {
      // Noted first and with next to no stack, which may be used up here; and noted it must be,
      // because a guest with exception handling can catch what we throw, and go on.
      const noted = trouble.first;
      trouble.first ??= { name, cause };
      // What a sink or a reader of ours throws is not Wasmer's failure.
      if (isWasmRuntimeError(cause)) trouble.first = noted;
      else trouble.stackError ??= stackError();
      throw cause;
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
      return (...args) => callWithShortVector(call, args, pipes.memory());
    case 'random_get':
      return fillGuest(pipes);
    default:
      return call;
  }
}

function guardWrite(call: WasiCall, streams: GuestStreams, pipes: GuestPipes): WasiCall {
  return (...args) => {
    const result = callWithShortVector(call, args, pipes.memory());
    if (args[0] === 1) deliver(pipes.drainStdout(), streams.writeStdout);
    if (args[0] === 2) deliver(pipes.drainStderr(), streams.writeStderr);
    return result;
  };
}

function guardRead(call: WasiCall, streams: GuestStreams, pipes: GuestPipes): WasiCall {
  let inPipe = 0;
  return (...args) => {
    if (args[0] !== 0) return callWithShortVector(call, args, pipes.memory());
    if (inPipe === 0) {
      const piece = streams.readStdin(pipeBytesMax);
      if (piece.length > 0) pipes.fillStdin(piece);
      inPipe = piece.length;
    }
    const result = callWithShortVector(call, args, pipes.memory());
    if (result === 0) inPipe -= countAt(pipes.memory(), Number(args[3]) >>> 0);
    return result;
  };
}

/** Without Wasmer, which makes copies of copies: 100 MB took it 9 s. */
function fillGuest(pipes: GuestPipes): WasiCall {
  return (pointer, length) => {
    const start = Number(pointer) >>> 0;
    const size = Number(length) >>> 0;
    const buffer = pipes.memory()?.buffer;
    if (buffer === undefined || start + size > buffer.byteLength) return errno.fault;
    fillRandom(new Uint8Array(buffer, start, size));
    return 0;
  };
}

function deliver(bytes: Uint8Array, write: (bytes: Uint8Array) => void): void {
  if (bytes.length > 0) write(bytes);
}

/** What a call that succeeded said to have read. */
function countAt(memory: WebAssembly.Memory | undefined, address: number): number {
  return memory === undefined ? 0 : new DataView(memory.buffer).getUint32(address, true);
}

/** Takes 256 KiB of the stack as arguments of one call: more than Wasmer's host and Node below it need. */
const stackNeeded: readonly number[] = new Array<number>(32_768).fill(0);

/**
 * The error of an exhausted stack, when little of it is left here. Wasmer's host turns that error
 * into a panic of its own when it meets it halfway, so what comes out of it does not tell.
 */
function stackError(): unknown {
  try {
    countArguments(...stackNeeded);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Rest parameters lie on the stack until the call has begun. */
function countArguments(...taken: readonly number[]): number {
  return taken.length;
}
