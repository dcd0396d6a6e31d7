import { describe, expect, it } from 'vitest';
import type {
  ArtifactDescription,
  ComponentDescription,
  ExternalType,
  ModuleDescription,
} from '@wasmwhisk/artifact';
import { assertRunnable, assessRunnable, type GuestChoice } from './runnable.js';

const func = (params: readonly string[], results: readonly string[] = ['i32']): ExternalType => ({
  type: 'function',
  signature: { params, results },
});
const fdWrite = func(['i32', 'i32', 'i32', 'i32']);
const limits = { minimum: 1, maximum: 2, shared: false, is64: false };
const memory: ExternalType = { type: 'memory', limits, pageBytes: 65_536 };
const start = { name: '_start', external: func([], []) };

type Import = readonly [module: string, name: string, external: ExternalType];

function command(
  imports: readonly Import[] = [],
  changes: Partial<ModuleDescription> = {},
): ModuleDescription {
  return {
    format: 'module',
    imports: imports.map(([module, name, external]) => ({ module, name, external })),
    exports: [start, { name: 'memory', external: memory }],
    memories: [{ imported: false, limits, pageBytes: 65_536 }],
    tables: [],
    hasStartFunction: false,
    definesArrays: false,
    customSections: [],
    producers: [],
    guestInterface: 'command',
    ...changes,
  };
}

function component(changes: Partial<ComponentDescription> = {}): ComponentDescription {
  return {
    format: 'component',
    imports: [],
    exports: [{ name: 'wasmwhisk:action/handler@0.1.0', kind: 'instance' }],
    coreModules: 1,
    definesSharedMemory: undefined,
    producers: [],
    guestInterface: 'action-world',
    ...changes,
  };
}

/** What a guest is refused with; `undefined`: it is not. Both forms of the judgement must agree. */
function refusal(description: ArtifactDescription, choice?: GuestChoice): Error | undefined {
  let thrown: unknown;
  try {
    assertRunnable(description, choice);
  } catch (error) {
    thrown = error;
  }
  const assessed = assessRunnable(description, choice);
  if (!(thrown instanceof Error)) {
    expect(assessed).toEqual({ type: 'supported' });
    return undefined;
  }
  expect(assessed).toEqual({ type: 'unsupported', reason: thrown.message });
  return thrown;
}

describe('the imports of a module', () => {
  it('may be of both versions of WASI preview 1, and http.get', () => {
    const imports: readonly Import[] = [
      ['wasi_snapshot_preview1', 'fd_write', fdWrite],
      ['wasi_snapshot_preview1', 'proc_exit', func(['i32'], [])],
      ['wasi_unstable', 'fd_seek', func(['i32', 'i64', 'i32', 'i32'])],
      ['http', 'get', func([])],
    ];
    expect(refusal(command(imports))).toBeUndefined();
  });

  it.each([
    ['env.abort', ['env', 'abort', func(['i32'], [])], 'AssemblyScript'],
    [
      'env.memory',
      ['env', 'memory', { type: 'global', valueType: 'i32', mutable: false }],
      '--import-memory',
    ],
    ['wasi:cli/exit@0.2.0.exit', ['wasi:cli/exit@0.2.0', 'exit', func([])], 'component'],
    ['wasix_32v1.tty_get', ['wasix_32v1', 'tty_get', func([])], 'WASIX'],
    ['http.post', ['http', 'post', func([])], 'http.get'],
    [
      'wasi_snapshot_preview1.toString',
      ['wasi_snapshot_preview1', 'toString', func([])],
      'toString',
    ],
    ['wasi_unstable.sock_accept', ['wasi_unstable', 'sock_accept', fdWrite], 'sock_accept'],
    ['toString.x', ['toString', 'x', func([])], 'wasi_snapshot_preview1'],
    [
      'wasi_snapshot_preview1.fd_write',
      ['wasi_snapshot_preview1', 'fd_write', func(['i64'])],
      '(i32, i32, i32, i32)',
    ],
    ['http.get', ['http', 'get', func(['i32'])], '() -> (i32)'],
    ['wasmwhisk.memory', ['wasmwhisk', 'memory', func([])], 'wasi_snapshot_preview1'],
  ] as const)('refuses %s and says what would provide it', (shown, wanted, advice) => {
    const refused = refusal(command([wanted]));
    expect(refused).toMatchObject({ code: 'WW_ERR_GUEST_LINK' });
    expect(refused?.message).toContain(`import ${shown} `);
    expect(refused?.message).toContain(advice);
  });

  it.each(['fd_write', 'random_get', 'sched_yield'])(
    'of WASI need a memory that is exported: %s',
    (name) => {
      const types: Record<string, ExternalType> = {
        fd_write: fdWrite,
        random_get: func(['i32', 'i32']),
        sched_yield: func([]),
      };
      const imports: readonly Import[] = [
        ['wasi_snapshot_preview1', 'proc_exit', func(['i32'], [])],
        ['wasi_snapshot_preview1', name, types[name] ?? fdWrite],
      ];
      expect(refusal(command(imports))).toBeUndefined();
      for (const exports of [[start], [start, { name: 'mem', external: memory }]])
        expect(refusal(command(imports, { exports }))).toMatchObject({
          code: 'WW_ERR_GUEST_EXPORT_MISSING',
          message: expect.stringContaining(`imports wasi_snapshot_preview1.${name},`) as string,
        });
    },
  );

  it('need no memory where they are proc_exit and http.get', () => {
    const imports: readonly Import[] = [
      ['wasi_snapshot_preview1', 'proc_exit', func(['i32'], [])],
      ['http', 'get', func([])],
    ];
    expect(refusal(command(imports, { exports: [start], memories: [] }))).toBeUndefined();
  });
});

describe('the exports of a module', () => {
  it.each([
    ['no entry at all', { exports: [], guestInterface: undefined }, 'WW_ERR_ARTIFACT_UNSUPPORTED'],
    [
      'an entry that takes something',
      { exports: [{ name: '_start', external: func(['i32'], []) }] },
      'WW_ERR_GUEST_EXPORT_MISSING',
    ],
    [
      'a buffer guest without _start',
      { exports: [], guestInterface: 'buffer' },
      'WW_ERR_GUEST_EXPORT_MISSING',
    ],
    [
      'a buffer guest without memory',
      { exports: [start], guestInterface: 'buffer-second' },
      'WW_ERR_GUEST_EXPORT_MISSING',
    ],
  ] as const)('are refused with %s', (_, changes, code) => {
    expect(refusal(command([], changes))).toMatchObject({ code });
  });

  it('must have what main names, once it is known', () => {
    const add = { name: 'add', external: func(['i32', 'i32']) };
    const numeric = command([], { exports: [add], guestInterface: 'numeric' });
    expect(refusal(numeric)).toBeUndefined();
    expect(refusal(numeric, { entry: undefined })).toBeUndefined();
    expect(refusal(numeric, { entry: 'add' })).toBeUndefined();
    expect(refusal(numeric, { entry: 'substract' })).toMatchObject({
      code: 'WW_ERR_GUEST_EXPORT_MISSING',
    });
  });
});

describe('memories that threads share', () => {
  it.each([
    command([], {
      memories: [{ imported: false, limits: { ...limits, shared: true }, pageBytes: 65_536 }],
    }),
    component({ definesSharedMemory: true }),
  ])('are refused in a $format', (description) => {
    expect(refusal(description)).toMatchObject({
      code: 'WW_ERR_ARTIFACT_UNSUPPORTED',
      message: expect.stringContaining('shared memory') as string,
    });
  });
});

describe('a component', () => {
  const importing = (name: string, kind: 'instance' | 'function' | 'type' = 'instance') =>
    refusal(component({ imports: [{ name, kind }] }));

  it.each(['wasi:io/poll@0.2.0', 'wasi:http/types@0.2.12', 'wasi:sockets/tcp@0.2.99'])(
    'may import %s',
    (name) => {
      expect(importing(name)).toBeUndefined();
    },
  );

  it('may import a type', () => {
    expect(importing('request', 'type')).toBeUndefined();
  });

  it.each([
    ['wasi:io/poll@0.2.0-rc-2023-11-10', 'releases'],
    ['wasi:io/poll@0.3.0', 'releases'],
    ['wasi:io/poll@0.2.0+meta', 'releases'],
    ['wasi:io/poll', 'version'],
    ['wasi:keyvalue/store@0.2.0', 'nothing else'],
    ['other:io/poll@0.2.0', 'nothing else'],
    ['__proto__', 'nothing else'],
  ])('is refused with the import %s', (name, advice) => {
    const refused = importing(name);
    expect(refused).toMatchObject({ code: 'WW_ERR_GUEST_LINK' });
    expect(refused?.message).toContain(`import ${name} `);
    expect(refused?.message).toContain(advice);
  });

  it('is refused with a function as import', () => {
    expect(importing('log', 'function')).toMatchObject({ code: 'WW_ERR_GUEST_LINK' });
  });

  it.each([
    ['action-world', 'wasmwhisk:action/handler@0.2.0'],
    ['action-world', 'wasmwhisk:action/handler'],
    ['http-handler', 'wasi:http/incoming-handler@0.2.0-rc-2023-11-10'],
    ['command', 'wasi:cli/run@0.2.0-rc-2023-11-10'],
    ['command', 'wasi:cli/run@0.3.0'],
  ] as const)('is refused as %s with the export %s', (guestInterface, name) => {
    const refused = refusal(component({ exports: [{ name, kind: 'instance' }], guestInterface }));
    expect(refused).toMatchObject({
      code: 'WW_ERR_ARTIFACT_UNSUPPORTED',
      message: expect.stringContaining('version') as string,
    });
  });

  it('is refused without an entry', () => {
    expect(refusal(component({ exports: [], guestInterface: undefined }))).toMatchObject({
      code: 'WW_ERR_ARTIFACT_UNSUPPORTED',
    });
  });
});
