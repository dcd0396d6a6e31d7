import { describe, expect, it } from 'vitest';
import { ProcessExit, WasiError } from '@wasmwhisk/wasi';
import { WasmRuntimeError, type TrapCode } from '@wasmwhisk/runtime';
import { toRunError } from './errors.js';

const live = new AbortController().signal;

describe('toRunError', () => {
  it.each<[string, TrapCode]>([
    ['wasm trap: wasm `unreachable` instruction executed', 'unreachable-code-reached'],
    ['wasm trap: out of bounds memory access', 'memory-out-of-bounds'],
    ['wasm trap: integer divide by zero', 'integer-division-by-zero'],
    ['wasm trap: integer overflow', 'integer-overflow'],
    ['wasm trap: invalid conversion to integer', 'bad-conversion-to-integer'],
    ['wasm trap: undefined element: out of bounds table access', 'table-out-of-bounds'],
    ['wasm trap: indirect call type mismatch', 'bad-signature'],
    ['unreachable', 'unreachable-code-reached'],
    ['unknown handle index 7', 'unknown'],
  ])('names the trap behind "%s"', (message, trap) => {
    expect(toRunError(new WebAssembly.RuntimeError(message), live)).toMatchObject({
      code: 'WW_ERR_GUEST_TRAP',
      details: { trap },
    });
  });

  it('takes the end of the run from the signal', () => {
    const signal = AbortSignal.abort({ type: 'timeout' });
    expect(toRunError(signal.reason, signal).code).toBe('WW_ERR_RUN_TIMEOUT');
  });

  it('keeps the exit code', () => {
    expect(toRunError(new ProcessExit(3), live)).toMatchObject({
      code: 'WW_ERR_GUEST_EXIT',
      details: { exitCode: 3 },
    });
  });

  it('passes our own errors on', () => {
    const error = new WasmRuntimeError('WW_ERR_RESULT_TOO_LARGE', 'x');
    expect(toRunError(error, live)).toBe(error);
  });

  it('counts what the glue throws as a broken canonical ABI', () => {
    expect(toRunError(new TypeError('invalid variant discriminant'), live)).toMatchObject({
      code: 'WW_ERR_GUEST_TRAP',
      details: { trap: 'unknown' },
    });
  });

  it('blames the host for what its files do', () => {
    expect(toRunError(new WasiError('EIO'), live).code).toBe('WW_ERR_RUNTIME_INTERNAL');
  });
});
