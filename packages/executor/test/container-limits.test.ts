import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Executor, loadConfig, type Container, type ContainerLimits } from '@wasmwhisk/executor';
import { jsonTextToString } from '@wasmwhisk/json-text';
import type { InitRequest, RunRequestBody } from '@wasmwhisk/protocol';
import { findMissingAddon } from '@wasmwhisk/runtime-wasmtime';
import { buildZip } from './intake-archives.js';

const mebibyte = 1024 * 1024;

/** Guests of the conformance suite: one grows its memory as far as it can and tells how far, the other declares 1 GiB. */
function guestOf(name: string): Promise<Uint8Array> {
  return readFile(new URL(`../../runtime-conformance/dist/guests/${name}.wasm`, import.meta.url));
}

/** Why wasmtime is not here, if so. */
const missing = findMissingAddon();

const growing = await guestOf('command-grow-memory');

function openExecutor(settings: Readonly<Record<string, string>>): Executor {
  const flags = Object.entries(settings).map(([path, text]) => ({ path, text, flag: path }));
  const { config } = loadConfig({ mode: 'service', environment: {}, flags });
  const logger = pino({ level: 'silent' });
  const executor = new Executor({ config, mode: 'service', logger, environment: {} });
  onTestFinished(() => executor.close());
  return executor;
}

function requestOf(code: Uint8Array | undefined): InitRequest {
  return {
    name: 'guest',
    main: 'main',
    binary: true,
    code: code === undefined ? undefined : Buffer.from(Buffer.from(code).toString('base64')),
    environment: [],
    annotations: new Map(),
  };
}

async function initialize(
  executor: Executor,
  code: Uint8Array,
  limits: ContainerLimits,
): Promise<Container> {
  const container = executor.containers.create();
  await container.initialize(requestOf(code), limits);
  return container;
}

async function run(container: Container): Promise<string> {
  const request: RunRequestBody = {
    value: '{}',
    context: [],
    activationId: undefined,
    transactionId: undefined,
    namespace: undefined,
    actionName: undefined,
    deadlineEpochMs: undefined,
  };
  const { answer } = await container.run(request);
  return jsonTextToString(answer.json);
}

/** What the growing guest got, in MiB. */
async function grownMiB(container: Container): Promise<number> {
  const { value } = JSON.parse(await run(container)) as { readonly value: number };
  return (value * 64) / 1024;
}

const cases = [
  ['wasmtime', 'command-grow-memory', 'command-big-minimum'],
  ['v8', 'command-grow-memory', 'command-big-minimum'],
  ['wasmer', 'command-grow-memory', 'command-big-minimum'],
  ['wasmtime', 'action-grow-memory.component', 'action-big-minimum.component'],
  ['jco', 'action-grow-memory.component', 'action-big-minimum.component'],
] as const;

describe.each(cases)('A container on %s with %s', (runtime, grow, large) => {
  if (runtime === 'wasmtime' && missing !== undefined) {
    it.skip(`is not tried: ${missing}`);
    return;
  }

  const openWith = (memoryMiB: number): Executor =>
    openExecutor({
      'runtime.name': runtime,
      'limits.memoryBytes': String(memoryMiB * mebibyte),
    });

  it('holds a memory limit of its own, beside others with the same code', async () => {
    const executor = openWith(64);
    const code = await guestOf(grow);
    // The last is above the operator's.
    for (const [memoryMiB, least] of [
      [64, 32],
      [8, 4],
      [16, 8],
      [8, 4],
      [128, 32],
    ] as const) {
      const memoryBytes = memoryMiB * mebibyte;
      const grown = await grownMiB(await initialize(executor, code, { memoryBytes }));
      expect(grown).toBeGreaterThan(least);
      expect(grown).toBeLessThanOrEqual(Math.min(memoryMiB, 64));
    }
  });

  it('does not take code that declares more memory than it may have', async () => {
    const executor = openWith(1536);
    const code = await guestOf(large);
    const attempt = (memoryMiB: number): Promise<Container> =>
      initialize(executor, code, { memoryBytes: memoryMiB * mebibyte });
    const tooLarge = { code: 'WW_ERR_RUN_MEMORY_LIMIT' };
    await expect(attempt(512)).rejects.toMatchObject(tooLarge);
    await attempt(1536);
    await expect(attempt(512)).rejects.toMatchObject(tooLarge);
  });
});

describe('Stored code', () => {
  it('is loaded once for containers that start together and later', async () => {
    const executor = openExecutor({});
    const digest = createHash('sha256').update(growing).digest('hex');
    const load = vi.fn(() => growing);
    const start = async (): Promise<Container> => {
      const container = executor.containers.create();
      await container.initialize(requestOf(undefined), { code: { digest, load } });
      return container;
    };
    const containers = await Promise.all([start(), start(), start()]);
    containers.push(await start());
    expect(load).toHaveBeenCalledTimes(1);
    for (const container of containers) expect(await run(container)).toMatch(/value/);
  });

  it('is taken as bytes, whatever they look like as text', async () => {
    const executor = openExecutor({});
    // A zip holds three bytes like those of U+FFFD by chance; sent as text it would be damaged.
    const file = new URL('../../../examples/actions/add/build/add.wasm', import.meta.url);
    const code = buildZip([
      { name: 'add.wasm', content: await readFile(file) },
      { name: 'note.txt', content: '\ufffd', method: 0 },
    ]);
    const container = executor.containers.create();
    await container.initialize(requestOf(undefined), { code: { digest: 'a', load: () => code } });
    expect(await run(container)).toContain('param1');
  });

  it('that cannot be loaded fails as that did', async () => {
    const executor = openExecutor({});
    const container = executor.containers.create();
    const load = (): never => {
      throw new Error('it is not there');
    };
    const failing = container.initialize(requestOf(undefined), { code: { digest: 'b', load } });
    await expect(failing).rejects.toThrow('it is not there');
  });
});
