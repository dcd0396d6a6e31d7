import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  buildPrecompiledFile,
  formatPrecompiledKey,
  publicBytesOf,
  readArtifact,
} from '@wasmwhisk/artifact';
import { Executor, loadConfig, type Container } from '@wasmwhisk/executor';
import { FakeWasmRuntime } from '@wasmwhisk/runtime';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { buildZip, markedModule } from './intake-archives.js';
import { standInSettings } from './native-stand-in.js';

const original = readArtifact(Uint8Array.from(markedModule('original')));
const code = Buffer.from('native code');
const key = generateKeyPairSync('ed25519').privateKey;
const lineOf = (of: KeyObject): string => formatPrecompiledKey(publicBytesOf(of));

interface FileOptions {
  readonly runtime?: string;
  readonly settings?: string;
}

function fileOf({ runtime = 'native', settings = standInSettings }: FileOptions = {}): Uint8Array {
  const engine = { runtime, engine: 'native 1.0.0', target: 'x-y-z', settings };
  return buildPrecompiledFile({ engine, code, original, createdBy: 'a test' }, key);
}

function open(keys: readonly string[]): Executor {
  const { config } = loadConfig({
    mode: 'service',
    environment: {},
    flags: [{ path: 'policy.precompiledKeys', text: keys.join(','), flag: '--set' }],
  });
  const executor = new Executor({
    config,
    mode: 'service',
    logger: pino({ enabled: false }),
    destination: { line: () => undefined, end: () => undefined, refusal: () => undefined },
    runtimes: { native: new URL('./native-stand-in.ts', import.meta.url).href },
  });
  onTestFinished(() => executor.close());
  return executor;
}

async function initialize(
  executor: Executor,
  bytes: Uint8Array,
  runtime?: string,
): Promise<Container> {
  const container = executor.containers.create();
  await container.initialize({
    name: 'precompiled',
    main: 'main',
    code: Buffer.from(Buffer.from(bytes).toString('base64')),
    binary: true,
    environment: [],
    annotations: new Map(runtime === undefined ? [] : [['runtime', runtime]]),
  });
  return container;
}

async function standIn(executor: Executor): Promise<FakeWasmRuntime> {
  const runtime = await executor.runtimes.get('native');
  if (runtime instanceof FakeWasmRuntime) return runtime;
  throw new TypeError('the stand-in was not loaded');
}

describe('an executor whose operator trusts a key', () => {
  it.each([
    ['bare', fileOf()],
    ['in a zip', buildZip([{ name: 'main.cwasm', content: fileOf() }])],
  ])('gives code that it signed to its runtime: %s', async (_form, bytes) => {
    const executor = open([lineOf(key)]);
    await initialize(executor, bytes);
    const runtime = await standIn(executor);
    const [call, ...others] = runtime.callsOf('precompile');
    expect(others).toEqual([]);
    expect(call?.artifact).toMatchObject({
      digest: createHash('sha256').update(code).digest('hex'),
      description: original.description,
      precompiled: { runtime: 'native', settings: standInSettings },
    });
    expect(Buffer.from(call?.artifact.bytes ?? []).toString()).toBe('native code');
  });

  it('refuses code of other settings, or of a runtime that is not there', async () => {
    const executor = open([lineOf(key)]);
    for (const options of [{ settings: 'cd34' }, { runtime: 'v8' }])
      await expect(initialize(executor, fileOf(options))).rejects.toMatchObject({
        code: 'WW_ERR_ARTIFACT_FOREIGN',
      });
  });

  it('does not remember code as good that an operator without the key is given', async () => {
    await initialize(open([lineOf(key)]), fileOf());
    const other = open([lineOf(generateKeyPairSync('ed25519').privateKey)]);
    await expect(initialize(other, fileOf())).rejects.toMatchObject({
      code: 'WW_ERR_ARTIFACT_UNTRUSTED',
    });
  });
});

describe('an executor whose operator trusts none', () => {
  it('refuses precompiled code, whatever the action asks for', async () => {
    const executor = open([]);
    for (const bytes of [fileOf(), buildZip([{ name: 'exec', content: fileOf() }])])
      await expect(initialize(executor, bytes)).rejects.toMatchObject({
        code: 'WW_ERR_ARTIFACT_UNTRUSTED',
        message: expect.stringContaining(lineOf(key)) as string,
      });
    const runtime = await standIn(executor);
    expect(runtime.callsOf('precompile')).toEqual([]);
  });
});
