import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Executor, inspectCode, loadConfig, runtimeModules } from '@wasmwhisk/executor';
import type { FakeWasmRuntime } from '@wasmwhisk/runtime';
import { moduleOf } from './adversary.js';

const fake = new URL('./own-runtime.mjs', import.meta.url).href;

/** An executor whose first choice counts what it compiles. */
async function start(): Promise<{ executor: Executor; runtime: FakeWasmRuntime }> {
  const { config } = loadConfig({ mode: 'service', environment: {}, flags: [] });
  const executor = new Executor({
    config,
    mode: 'service',
    logger: pino({ enabled: false }),
    runtimes: { ...runtimeModules, wasmtime: fake },
    environment: {},
  });
  onTestFinished(() => executor.close());
  return { executor, runtime: (await executor.runtimes.get('wasmtime')) as never };
}

type Refused = readonly [what: string, text: string, code: string];

/** Two megabytes of functions behind whatever is wrong. */
const large = '(func (drop (i32.const 1)))'.repeat(100_000);

const wasiWrite = '(import "wasi_unstable" "fd_write" (func (param i32 i32 i32 i32) (result i32)))';
const memory = '(memory (export "memory") 1)';
const entry = '(func (export "_start"))';

const refused: readonly (readonly [...Refused, main?: string])[] = [
  ['an unknown import', `(import "env" "f" (func)) ${memory} ${entry}`, 'WW_ERR_GUEST_LINK'],
  [
    'an import of a wrong type',
    `(import "wasi_unstable" "fd_write" (func)) ${memory} ${entry}`,
    'WW_ERR_GUEST_LINK',
  ],
  ['no entry', `${memory} (func (export "f") (param externref))`, 'WW_ERR_ARTIFACT_UNSUPPORTED'],
  [
    'an entry of a wrong type',
    `${memory} (func (export "_start") (param i32))`,
    'WW_ERR_GUEST_EXPORT_MISSING',
  ],
  ['a private memory', `${wasiWrite} (memory 1) ${entry}`, 'WW_ERR_GUEST_EXPORT_MISSING'],
  [
    'a shared memory',
    `(memory (export "memory") 1 2 shared) ${entry}`,
    'WW_ERR_ARTIFACT_UNSUPPORTED',
  ],
  [
    'no export that main names',
    '(func (export "add") (param i32) (result i32) (local.get 0)) (func (export "sub") (param i32))',
    'WW_ERR_GUEST_EXPORT_MISSING',
    'multiply',
  ],
  [
    'http.get, which is not granted',
    `(import "http" "get" (func (result i32))) ${memory} ${entry}`,
    'WW_ERR_CAPABILITY_DENIED',
  ],
];

describe('code that can never run', () => {
  it.each(refused)('is refused by /init before it is compiled: %s', async (...each) => {
    const [, text = '', code = '', main = 'main'] = each;
    const { executor, runtime } = await start();
    const bytes = moduleOf(`(module ${text} ${large})`);
    const request = {
      name: undefined,
      code: new TextEncoder().encode(Buffer.from(bytes).toString('base64')),
      binary: true,
      main,
      environment: [],
      annotations: new Map(),
    };
    let refusal: unknown;
    try {
      await executor.containers.create().initialize(request);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({ code });
    expect(runtime.callsOf('precompile')).toEqual([]);
    if (code === 'WW_ERR_CAPABILITY_DENIED') return;
    // What inspect says of each runtime is what `/init` says.
    const { runtimes } = await inspectCode(request, executor.config, executor.runtimes);
    expect(runtimes.map(({ assessment }) => assessment)).toEqual(
      runtimes.map(() => ({ type: 'unsupported', reason: (refusal as Error).message })),
    );
  });
});
