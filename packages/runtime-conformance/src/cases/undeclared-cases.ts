import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { readArtifact, type Artifact } from '@wasmwhisk/artifact';
import { describe, expect, it } from 'vitest';
import {
  isWasmRuntimeError,
  runtimeFeatures,
  type RuntimeFeature,
  type WasmRuntimeErrorCode,
} from '@wasmwhisk/runtime';
import type { CaseContext } from '../case-context.js';
import { componentExporting } from '../component-bytes.js';
import { fixtureFile, guestFile } from '../guest-forms.js';
import type { Harness } from '../harness.js';
import { pagesOf } from './memory-cases.js';

/**
 * How an undeclared feature shows itself when it works after all. Resolves to `true` when it does,
 * and to `false` when it fails in a proper way; anything improper is thrown.
 */
type Probe = (context: CaseContext, harness: Harness) => Promise<boolean>;

/** What has no representative case, and why. */
type Unprobed = string;

const memoryBytes = 16 * 1024 * 1024;

const probes: Readonly<Record<RuntimeFeature, Probe | Unprobed>> = {
  buffer: async (_, harness) => serves(harness, await fixture('buffer-echo.wasm')),
  'buffer-second': async (_, harness) => serves(harness, await fixture('buffer-second-echo.wasm')),
  command: async (_, harness) => serves(harness, await fixture('command-echo.wasm')),
  'action-world': (_, harness) =>
    serves(harness, componentExporting('wasmwhisk:action/handler@0.1.0')),
  'http-handler': (_, harness) =>
    serves(harness, componentExporting('wasi:http/incoming-handler@0.2.0')),
  numeric: async (_, harness) => {
    const { description } = readArtifact(await fixture('numeric.wasm'));
    const assessed = harness.runtime.assess(description).type === 'supported';
    const works = await succeeds(async () => {
      const container = await harness.container(fixtureFile('numeric.wasm'), { entry: 'add' });
      return (await harness.run(container, { input: '{"args":[2,2]}' })).type === 'ok';
    }, ['WW_ERR_ARTIFACT_UNSUPPORTED']);
    expect(works).toBe(assessed);
    return works;
  },
  environment: async (context, harness) => {
    const container = await harness.container(guestOf(context, 'environment'));
    const { stderr } = await harness.observe(container, { environment: [['A', 'b']] });
    return stderr === 'A=b\n';
  },
  'exit-codes': async (context, harness) => {
    const container = await harness.container(guestOf(context, 'exit'));
    const { error } = await harness.observe(container, { input: '{"code":3}' });
    return error?.details.exitCode === 3;
  },
  directories: (context, harness) =>
    succeeds(async () => {
      await harness.container(guestOf(context, 'echo'), {
        directories: [{ hostPath: tmpdir(), guestPath: '/tmp', access: 'read-only' }],
      });
      return true;
    }, ['WW_ERR_CAPABILITY_DENIED']),
  waiting: async (context, harness) => {
    const container = await harness.container(guestOf(context, 'sleep'));
    const startedAt = performance.now();
    const seen = await Promise.all(
      Array.from({ length: 10 }, () => harness.observe(container, { input: '{"ms":200}' })),
    );
    // Two threads would take a second.
    return performance.now() - startedAt < 900 && seen.every(({ result }) => result !== undefined);
  },
  'memory-limit': async (context, harness) => {
    const container = await harness.container(guestOf(context, 'grow-memory'), {
      limits: { memoryBytes },
    });
    const { result } = await harness.observe(container);
    return pagesOf(result?.json) * 64 * 1024 <= memoryBytes;
  },
  'table-limit': async (context, harness) => {
    const container = await harness.container(guestOf(context, 'grow-table'), {
      limits: { tableElements: 20_000 },
    });
    const { result } = await harness.observe(container);
    return pagesOf(result?.json) <= 20_000;
  },
  'stack-limit': async (context, harness) => {
    const container = await harness.container(guestOf(context, 'trap'));
    const { error } = await harness.observe(container, { input: '{"trap":8}' });
    return error?.details.trap === 'stack-overflow';
  },
  deadline: 'a guest that computes would hold the thread of this test for ever',
  precompiled: async (context, harness) => {
    const { runtime } = harness;
    const bytes = Uint8Array.from(await readFile(guestOf(context, 'echo')));
    // What a runtime does that looks at the bytes alone: it takes them.
    const artifact: Artifact = {
      ...readArtifact(bytes),
      precompiled: { runtime: runtime.name, engine: 'any 1.0.0', target: 'any', settings: '00' },
    };
    const takes = await succeeds(async () => {
      await runtime.precompile(artifact, { memoryBytes, tableElements: 1000 });
      return true;
    }, ['WW_ERR_ARTIFACT_FOREIGN']);
    return takes || runtime.serialize !== undefined;
  },
};

/** The list of features stays honest: what is not declared must not work. */
export function undeclaredCases(context: CaseContext): void {
  const undeclared = runtimeFeatures.filter((feature) => !context.declares(feature));
  // Vitest takes a suite without cases for a mistake.
  if (undeclared.length === 0) return;
  describe('undeclared features', () => {
    for (const feature of undeclared) {
      const probe = probes[feature];
      if (typeof probe === 'string') {
        it.skip(`${feature} cannot be probed: ${probe}`);
        continue;
      }
      it(`${feature} fails in a proper way`, async () => {
        const works = await probe(context, context.harness());
        expect(works, `${feature} works: declare it`).toBe(false);
      });
    }
  });
}

/** Whether the runtime takes the artifact. Both the assessment and the compiler must say the same. */
async function serves(harness: Harness, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const artifact = readArtifact(bytes);
  const assessed = harness.runtime.assess(artifact.description).type === 'supported';
  const compiles = await succeeds(async () => {
    await harness.runtime.precompile(artifact, { memoryBytes, tableElements: 1000 });
    return true;
  }, ['WW_ERR_ARTIFACT_UNSUPPORTED']);
  expect(compiles).toBe(assessed);
  return assessed;
}

/** What `attempt` says, or `false` when it fails with one of the proper codes. */
async function succeeds(
  attempt: () => Promise<boolean>,
  properCodes: readonly WasmRuntimeErrorCode[],
): Promise<boolean> {
  try {
    return await attempt();
  } catch (error) {
    if (isWasmRuntimeError(error) && properCodes.includes(error.code)) return false;
    throw error;
  }
}

async function fixture(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return Uint8Array.from(await readFile(fixtureFile(name)));
}

function guestOf(context: CaseContext, guest: string): string {
  if (context.anyForm === undefined) throw new Error('The runtime declares no guest interface.');
  return guestFile(context.anyForm, guest);
}
