import { describe, expect, it } from 'vitest';
import { ArtifactError } from '@wasmwhisk/artifact';
import { WasmRuntimeError } from '@wasmwhisk/runtime';
import { toCompileError, toRunError } from './errors.js';
import { HostFailure } from './wasi-calls.js';

describe('toRunError', () => {
  it('keeps what is one of ours', () => {
    const error = new WasmRuntimeError('WW_ERR_RESULT_TOO_LARGE', 'Too large.');
    expect(toRunError(error)).toBe(error);
  });

  it('blames us for a failure of the host, unless the guest had used up the stack', () => {
    const failure = (stackExhausted: boolean): HostFailure =>
      new HostFailure('It panicked.', { cause: undefined, stackExhausted });
    expect(toRunError(failure(false)).code).toBe('WW_ERR_RUNTIME_INTERNAL');
    expect(toRunError(failure(true)).details.trap).toBe('stack-overflow');
  });

  it('blames the guest for imports that do not link', () => {
    expect(toRunError(new WebAssembly.LinkError('no')).code).toBe('WW_ERR_GUEST_LINK');
  });

  it('keeps what it does not know as a cause', () => {
    const error = toRunError('thrown text');
    expect(error.code).toBe('WW_ERR_RUNTIME_INTERNAL');
    expect(error.cause).toBe('thrown text');
  });
});

describe('toCompileError', () => {
  it.each<readonly [thrown: unknown, code: string]>([
    [new ArtifactError('memory-limit', 'Too much.'), 'WW_ERR_RUN_MEMORY_LIMIT'],
    [new ArtifactError('table-limit', 'Too much.'), 'WW_ERR_RUN_MEMORY_LIMIT'],
    [new ArtifactError('malformed', 'Broken.'), 'WW_ERR_ARTIFACT_INVALID'],
    [new WebAssembly.CompileError('no'), 'WW_ERR_GUEST_COMPILE'],
    [new Error('else'), 'WW_ERR_RUNTIME_INTERNAL'],
  ])('%s becomes %s', (thrown, code) => {
    expect(toCompileError(thrown).code).toBe(code);
  });
});
