import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeArtifact, type ArtifactFormat } from '@wasmwhisk/artifact';
import { createRuntime as createJco } from '@wasmwhisk/runtime-jco';
import { createRuntime as createV8 } from '@wasmwhisk/runtime-v8';
import { createRuntime as createWasmer } from '@wasmwhisk/runtime-wasmer';
import { createRuntime as createWasmtime, findMissingAddon } from '@wasmwhisk/runtime-wasmtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { zip } from './support/archives.js';
import { readArchivedLog } from './support/archived-log.js';
import type { ContainerClient } from './support/container-client.js';
import { examples, readExample, type Example, type ExampleCase } from './support/examples.js';
import { startService, type ServiceExecutor } from './support/test-executor.js';

/* Every example action over HTTP, on every runtime that declares what it needs. */

const createRuntimes = {
  wasmtime: createWasmtime,
  v8: createV8,
  wasmer: createWasmer,
  jco: createJco,
};
type RuntimeName = keyof typeof createRuntimes;
const runtimeNames = Object.keys(createRuntimes) as RuntimeName[];
type Choice = 'auto' | RuntimeName;

const formats = {
  wasmtime: ['module', 'component'],
  v8: ['module'],
  wasmer: ['module'],
  jco: ['component'],
} as const satisfies Record<RuntimeName, readonly ArtifactFormat[]>;

/** Why there is no native engine here; `undefined` when there is one. */
const wasmtimeMissing = findMissingAddon();

const declared = new Map<RuntimeName, ReadonlySet<string>>();
for (const name of runtimeNames) {
  if (name === 'wasmtime' && wasmtimeMissing !== undefined) continue;
  await using runtime = createRuntimes[name]();
  declared.set(name, runtime.features);
}

/** Whether a runtime declares all of an example's features, for what kind of artifact it is. */
function supports(choice: Choice, example: Example, features = example.features): boolean {
  if (choice === 'auto') return runtimeNames.some((name) => supports(name, example, features));
  const { format } = describeArtifact(readExample(example));
  const served: readonly ArtifactFormat[] = formats[choice];
  return served.includes(format) && features.every((each) => declared.get(choice)?.has(each));
}

function initExample(container: ContainerClient, example: Example) {
  const { name, main = 'main', annotations } = example;
  return container.init({
    name,
    main,
    code: zip({ [`${name}.wasm`]: readExample(example) }),
    annotations,
  });
}

async function runCase(
  service: ServiceExecutor,
  container: ContainerClient,
  one: ExampleCase,
): Promise<void> {
  const activation = randomUUID().replaceAll('-', '');
  const startedAt = performance.now();
  const answer = await container.run(one.input, { activation_id: activation });
  const took = performance.now() - startedAt;
  if (one.outcome === 'failure') {
    expect(answer.status).toBe(502);
    expect(answer.headers.get('x-wasmwhisk-error')).toBe(one.code);
    expect(answer.json()).toEqual({ error: expect.stringMatching(/\w/) });
  } else {
    expect(answer.text).toMatch(new RegExp(one.expectedMatch ?? '^\\{'));
    if (one.expected !== undefined) expect(answer.json()).toEqual(one.expected);
    expect(answer.status).toBe(200);
  }
  expect(took).toBeGreaterThanOrEqual(one.minimumMs ?? 0);
  const log = await readArchivedLog(service, container, activation);
  expect(log.stdout).toMatch(new RegExp(one.stdout ?? ''));
  expect(log.stderr).toMatch(new RegExp(one.stderr ?? ''));
}

if (wasmtimeMissing !== undefined)
  it.skip(`the examples are not run on wasmtime: ${wasmtimeMissing}`);

describe.each<Choice>(['auto', ...declared.keys()])('the examples on %s', (choice) => {
  let service: ServiceExecutor;
  let directoryRoot: string;

  beforeAll(async () => {
    directoryRoot = mkdtempSync(join(tmpdir(), 'examples-test-'));
    service = await startService({
      config: {
        runtime: { name: choice },
        policy: { directoryRoot, httpHosts: ['*'] },
      },
    });
  });

  afterAll(async () => {
    await service[Symbol.asyncDispose]();
    // Each container's folder went with it.
    expect(readdirSync(directoryRoot)).toEqual([]);
    rmSync(directoryRoot, { recursive: true });
  });

  const supported = examples.filter((example) => supports(choice, example));
  const cases = supported.flatMap((example) =>
    example.cases.map((one) => [example.name, one.title, example, one] as const),
  );

  it.each(cases)('%s: %s', async (_name, _title, example, one) => {
    const container = service.container();
    const init = await initExample(container, example);
    expect(init.text).toBe('{"ok":true}');
    await runCase(service, container, one);
  });

  // The first feature is the guest interface itself. `auto` answers with the names of all runtimes.
  const foreign = examples.filter(
    (example) => choice !== 'auto' && !supports(choice, example, example.features.slice(0, 1)),
  );

  it.each(foreign.map((example) => [example.name, example] as const))(
    '%s: says that it cannot run it',
    async (_name, example) => {
      const answer = await initExample(service.container(), example);
      expect(answer.status).toBe(502);
      expect(answer.headers.get('x-wasmwhisk-error')).toBe('WW_ERR_ARTIFACT_UNSUPPORTED');
      expect(answer.text).toContain(`${choice}: `);
    },
  );
});

describe('examples that ask for something', () => {
  const granted = examples.filter(({ grants }) => Object.keys(grants).length > 0);
  const findExample = (name: string) => {
    const found = granted.find((example) => example.name === name);
    if (found === undefined) throw new Error(`no example ${name}`);
    return found;
  };

  it('are filesys and block', () => {
    expect(granted.map(({ name }) => name)).toEqual(['block', 'filesys']);
  });

  it.each([
    ['filesys', 'policy.directoryRoot'],
    ['block', 'policy.httpHosts'],
  ])('%s is told what the operator would have to grant', async (name, setting) => {
    await using service = await startService();
    const answer = await initExample(service.container(), findExample(name));
    expect(answer.status).toBe(502);
    expect(answer.headers.get('x-wasmwhisk-error')).toBe('WW_ERR_CAPABILITY_DENIED');
    expect(answer.text).toContain(setting);
  });

  it('block is told what to ask for', async () => {
    await using service = await startService({ config: { policy: { httpHosts: ['*'] } } });
    const answer = await initExample(service.container(), {
      ...findExample('block'),
      annotations: {},
    });
    expect(answer.status).toBe(502);
    expect(answer.text).toContain('net_access');
  });

  it('take the annotation net_access as text too, as the forerunner wrote it', async () => {
    await using service = await startService({ config: { policy: { httpHosts: ['*'] } } });
    const container = service.container();
    const annotations = { net_access: 'true' };
    const init = await initExample(container, { ...findExample('block'), annotations });
    expect(init.status).toBe(200);
  });

  it('may choose a runtime where the operator lets them', async () => {
    await using service = await startService({
      config: { policy: { runtimesByAnnotation: ['wasmer'] } },
    });
    const add = examples.find(({ name }) => name === 'add');
    if (add === undefined) throw new Error('no example add');
    const wasmer = service.container();
    const init = await initExample(wasmer, { ...add, annotations: { runtime: 'wasmer' } });
    expect(init.text).toBe('{"ok":true}');
    expect((await wasmer.run({ param1: 1, param2: 2 })).text).toBe('{"result":3}');
    const refused = await initExample(service.container(), {
      ...add,
      annotations: { runtime: 'jco' },
    });
    expect(refused.status).toBe(502);
    expect(refused.text).toContain('policy.runtimesByAnnotation');
  });
});
