import { describe, expect, it } from 'vitest';
import { WasmRuntimeError } from '@wasmwhisk/runtime';
import { ProcessExit } from '@wasmwhisk/wasi';
import { toGuestError } from './errors.js';

const calm = {
  signal: new AbortController().signal,
  memoryBytes: 65_536,
  memoryBytesMax: 1_000_000,
};
const trap = new WebAssembly.RuntimeError('unreachable');

describe('toGuestError', () => {
  it('says that a run was ended, whatever the guest made of it', () => {
    const signal = AbortSignal.abort({ type: 'timeout' });
    for (const error of [trap, new ProcessExit(3), { type: 'timeout' }])
      expect(toGuestError({ ...calm, signal, error })).toMatchObject({
        code: 'WW_ERR_RUN_TIMEOUT',
      });
  });

  it('names traps', () => {
    expect(toGuestError({ ...calm, error: trap })).toMatchObject({
      code: 'WW_ERR_GUEST_TRAP',
      details: { trap: 'unreachable-code-reached' },
    });
  });

  it('carries the exit code', () => {
    expect(toGuestError({ ...calm, error: new ProcessExit(255) })).toMatchObject({
      code: 'WW_ERR_GUEST_EXIT',
      details: { exitCode: 255 },
    });
  });

  it('blames the memory limit when the guest had all of it', () => {
    const full = { ...calm, memoryBytes: 983_040 };
    expect(toGuestError({ ...full, error: trap })).toMatchObject({
      code: 'WW_ERR_RUN_MEMORY_LIMIT',
      details: { peakMemoryBytes: 983_040, trap: 'unreachable-code-reached' },
    });
    expect(toGuestError({ ...full, error: new ProcessExit(1) })).toMatchObject({
      code: 'WW_ERR_RUN_MEMORY_LIMIT',
      details: { exitCode: 1 },
    });
    expect(toGuestError({ ...calm, memoryBytes: undefined, error: trap })).toMatchObject({
      code: 'WW_ERR_GUEST_TRAP',
    });
  });

  it('translates the classes that V8 has', () => {
    for (const [error, code] of [
      [new WebAssembly.LinkError('x'), 'WW_ERR_GUEST_LINK'],
      [new WebAssembly.CompileError('x'), 'WW_ERR_GUEST_COMPILE'],
    ] as const)
      expect(toGuestError({ ...calm, error })).toMatchObject({ code, cause: error });
  });

  it('leaves our own errors and our own faults as they are', () => {
    const own = new WasmRuntimeError('WW_ERR_RESULT_INVALID', 'x');
    const fault = new TypeError('x');
    expect(toGuestError({ ...calm, error: own })).toBe(own);
    expect(toGuestError({ ...calm, memoryBytes: 1_000_000, error: own })).toBe(own);
    expect(toGuestError({ ...calm, error: fault })).toBe(fault);
  });
});
