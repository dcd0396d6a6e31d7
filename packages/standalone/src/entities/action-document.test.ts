import { describe, expect, it } from 'vitest';
import { toActionDocument, toActionSummary } from './action-document.js';
import type { Action } from './entity.js';

const action: Action = {
  type: 'action',
  path: { namespace: 'guest', package: 'math', name: 'my "add"' },
  version: '0.0.3',
  publish: false,
  exec: {
    type: 'code',
    kind: 'wasm:0.1',
    codeDigest: '0'.repeat(64),
    codeBytes: 8,
    binary: true,
    main: 'run',
  },
  parameters: [{ key: 'big', json: '9007199254740993' }],
  annotations: [{ key: 'exec', json: '"wasm:0.1"' }],
  limits: { timeoutMs: 60_000, memoryMiB: 256, logsMiB: 10, concurrency: 1, instances: undefined },
  updatedEpochMs: 1_764_000_000_123,
};

const common = {
  namespace: 'guest/math',
  name: 'my "add"',
  version: '0.0.3',
  publish: false,
  annotations: [{ key: 'exec', value: 'wasm:0.1' }],
  limits: { timeout: 60_000, memory: 256, logs: 10, concurrency: 1 },
  updated: 1_764_000_000_123,
};

describe('toActionDocument', () => {
  it('shows everything but the code', () => {
    const text = toActionDocument(action);
    expect(text).toContain('"value":9007199254740993');
    expect(JSON.parse(text)).toEqual({
      ...common,
      exec: { kind: 'wasm:0.1', binary: true, main: 'run' },
      parameters: [{ key: 'big', value: Number('9007199254740993') }],
    });
  });

  it('shows code, other parameters and a binding when it is told to', () => {
    const text = toActionDocument(action, {
      parameters: [],
      codeJson: '"AAAA"',
      binding: { namespace: 'guest', package: undefined, name: 'bound' },
    });
    expect(JSON.parse(text)).toEqual({
      ...common,
      exec: { kind: 'wasm:0.1', binary: true, main: 'run', code: 'AAAA' },
      parameters: [],
      binding: 'guest/bound',
    });
  });

  it('shows a sequence with a slash before each component, and nothing of code', () => {
    const components = [
      { namespace: 'guest', package: undefined, name: 'a' },
      { namespace: 'other', package: 'p', name: 'b' },
    ];
    const text = toActionDocument({ ...action, exec: { type: 'sequence', components } });
    expect(JSON.parse(text)).toMatchObject({
      exec: { kind: 'sequence', components: ['/guest/a', '/other/p/b'] },
    });
    expect(text).not.toContain('binary');
  });
});

describe('toActionSummary', () => {
  it('shows no parameters, and of exec only whether it is binary', () => {
    expect(JSON.parse(toActionSummary(action))).toEqual({ ...common, exec: { binary: true } });
    const sequence = { ...action, exec: { type: 'sequence', components: [] } } as const;
    expect(JSON.parse(toActionSummary(sequence))).toMatchObject({ exec: { binary: false } });
  });
});
