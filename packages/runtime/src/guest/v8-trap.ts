import { WasmRuntimeError, type TrapCode } from '../errors.js';

/**
 * V8's texts for its traps. V8 gives a trap no code and no class of its own, only a message, so
 * this table is the one place that reads it; its test makes each trap happen.
 */
const trapsByMessage: readonly (readonly [text: string, trap: TrapCode])[] = [
  ['unreachable', 'unreachable-code-reached'],
  ['memory access out of bounds', 'memory-out-of-bounds'],
  // A data segment, while the instance is made.
  [' is out of bounds (offset ', 'memory-out-of-bounds'],
  ['table index is out of bounds', 'table-out-of-bounds'],
  ['element segment out of bounds', 'table-out-of-bounds'],
  // One text for two of Wasmtime's codes. A null has no matching signature either.
  ['null function or function signature mismatch', 'bad-signature'],
  ['divide result unrepresentable', 'integer-overflow'],
  ['divide by zero', 'integer-division-by-zero'],
  ['remainder by zero', 'integer-division-by-zero'],
  ['float unrepresentable in integer range', 'bad-conversion-to-integer'],
  ['operation does not support unaligned accesses', 'heap-misaligned'],
  ['Atomics.wait cannot be called in this context', 'atomic-wait-non-shared-memory'],
  ['dereferencing a null pointer', 'null-reference'],
  ['rethrowing null value', 'null-reference'],
  ['array element access out of bounds', 'array-out-of-bounds'],
  ['requested new array is too large', 'allocation-too-large'],
  ['illegal cast', 'cast-failure'],
];

const stackOverflowMessage = 'Maximum call stack size exceeded';

/**
 * The error for a trap of V8, or `undefined` when `error` is something else. runtime-v8,
 * runtime-wasmer and runtime-jco all run their guests on V8 and use it.
 *
 * A `RangeError` of an exhausted stack counts as the guest's: our own frames below it are few.
 * An exception that a guest throws with the exception handling proposal and does not catch is the
 * trap `unhandled-exception`, as Wasmtime has it. What V8 says in words we do not know is `unknown`.
 */
export function toV8TrapError(error: unknown): WasmRuntimeError | undefined {
  const trap = trapOf(error);
  if (trap === undefined) return undefined;
  const said = error instanceof Error ? `: ${error.message}` : '';
  const backtrace = error instanceof Error ? wasmFrames(error.stack ?? '') : [];
  return new WasmRuntimeError('WW_ERR_GUEST_TRAP', `The guest trapped (${trap})${said}.`, {
    details: { trap, backtrace },
    cause: error,
  });
}

function trapOf(error: unknown): TrapCode | undefined {
  if (error instanceof WebAssembly.Exception) return 'unhandled-exception';
  if (error instanceof RangeError)
    return error.message === stackOverflowMessage ? 'stack-overflow' : undefined;
  if (!(error instanceof WebAssembly.RuntimeError)) return undefined;
  return trapsByMessage.find(([text]) => error.message.includes(text))?.[1] ?? 'unknown';
}

/** Most frames kept: the innermost ones tell; a stack overflow has thousands of the same. */
const framesMax = 16;

const framePattern =
  /^\s*at (?:(?<name>.+) \()?wasm:\/\/wasm\/(?<module>[^:]+):wasm-function\[(?<index>\d+)\]:(?<offset>0x[0-9a-f]+)\)?$/;

/** The Wasm frames of a V8 stack, as `function-name (module+0xOFFSET)`. */
function wasmFrames(stack: string): readonly string[] {
  const frames: string[] = [];
  for (const line of stack.split('\n')) {
    const groups = framePattern.exec(line)?.groups;
    if (groups === undefined) continue;
    const { name, module = '', index = '', offset = '' } = groups;
    frames.push(`${name ?? `wasm-function[${index}]`} (${module}+${offset})`);
    if (frames.length === framesMax) break;
  }
  return frames;
}
