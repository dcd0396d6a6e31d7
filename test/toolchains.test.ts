import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { findMissingAddon } from '@wasmwhisk/runtime-wasmtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toolchains, type ToolchainId } from '../scripts/toolchains/catalog.ts';
import {
  expectedRows,
  guestCases,
  runtimeNames,
  type GuestCase,
  type RuntimeName,
} from '../scripts/toolchains/expectations.ts';
import { prepareGuest, type PreparedGuest } from '../scripts/toolchains/guest-store.ts';
import { readArchivedLog } from './support/archived-log.js';
import type { ContainerClient } from './support/container-client.js';
import type { RawAnswer } from './support/raw-http.js';
import { startService, type ServiceExecutor } from './support/test-executor.js';

/* What real toolchains make, on every runtime: one test for each cell of docs/reference/toolchains.md. */

/** Compiling JavaScript's and Python's interpreters takes seconds, and minutes on a machine that is busy. */
const initMs = 600_000;

const guests = new Map<ToolchainId, PreparedGuest>();
for (const { id } of toolchains) guests.set(id, await prepareGuest(id));

const missing: Readonly<Partial<Record<RuntimeName, string | undefined>>> = {
  wasmtime: findMissingAddon(),
};

/** An exact length in UTF-8, of characters of one to four bytes. None needs an escape in JSON. */
function textOf(bytes: number): string {
  const piece = 'aé漢🦀';
  const pieceBytes = Buffer.byteLength(piece);
  return piece.repeat(Math.floor(bytes / pieceBytes)) + 'x'.repeat(bytes % pieceBytes);
}

const unusualText = [
  'astral 𝒳 🦀 👩‍👩‍👧‍👦 \u{10FFFD}',
  'combining e\u0301 \u1E9B\u0323 \uFDFA',
  'right to left שלום مرحبا \u200F\u202Eabc\u202C',
  'lines \u0085\u2028\u2029 spaces \u00A0\u3000\u200B',
  'mark \uFEFF replacement \uFFFD noncharacters \uFFFE\uFFFF\u{1FFFF}',
].join(' | ');

interface Taken {
  readonly container: ContainerClient;
  readonly init: RawAnswer;
}

/** One service for a runtime, and one container for each toolchain: each guest is compiled once. */
class GuestBench {
  readonly service: ServiceExecutor;
  readonly #taken = new Map<ToolchainId, Promise<Taken>>();

  constructor(service: ServiceExecutor) {
    this.service = service;
  }

  take(id: ToolchainId): Promise<Taken> {
    const known = this.#taken.get(id);
    if (known !== undefined) return known;
    const taken = this.#initialize(id);
    this.#taken.set(id, taken);
    return taken;
  }

  async #initialize(id: ToolchainId): Promise<Taken> {
    const guest = guests.get(id);
    if (guest === undefined || guest.type === 'missing') throw new Error(`${id} is not built`);
    const container = this.service.container();
    const init = await container.init({ name: id, code: readFileSync(guest.path) });
    return { container, init };
  }
}

async function expectEcho(container: ContainerClient, text: string): Promise<void> {
  const answer = await container.run({ ask: 'echo', text });
  expect(answer.status, answer.text.slice(0, 1000)).toBe(200);
  // Not `toEqual`: how two texts of a megabyte differ is not readable.
  const echoed = answer.json() as { readonly text: string; readonly bytes: number };
  expect(echoed.bytes).toBe(Buffer.byteLength(text));
  expect(echoed.text === text).toBe(true);
}

type RunCase = (container: ContainerClient, service: ServiceExecutor) => Promise<void>;

const runCase: Readonly<Record<GuestCase, RunCase>> = {
  result: async (container) => {
    const answer = await container.run({ ask: 'result', name: 'Ada' });
    expect(answer.text.replaceAll(': ', ':')).toBe('{"greeting":"Hello, Ada!"}');
    expect(answer.status).toBe(200);
  },
  error: async (container) => {
    const answer = await container.run({ ask: 'error' });
    expect(answer.json()).toEqual({ error: { reason: 'asked for' } });
    expect(answer.status).toBe(200);
  },
  log: async (container, service) => {
    const activation = randomUUID().replaceAll('-', '');
    const answer = await container.run({ ask: 'log' }, { activation_id: activation });
    expect(answer.json()).toEqual({ logged: true });
    expect(await readArchivedLog(service, container, activation)).toEqual({
      stdout: 'first line on stdout\nzweite Zeile: grün, 你好, 🦀\n',
      stderr: 'a line on stderr\n',
    });
  },
  medium: (container) => expectEcho(container, textOf(100_000)),
  large: (container) => expectEcho(container, textOf(1024 * 1024)),
  text: (container) => expectEcho(container, unusualText),
  overlap: async (container, { executor }) => {
    // Wasmer answers that it cannot wait, which Go does not survive.
    const waitMs = executor.config.runtime.name === 'wasmer' ? 0 : 20;
    const numbers = Array.from({ length: 100 }, (_, index) => index);
    const answers = await Promise.all(
      numbers.map((number) => container.run({ ask: 'turn', number, waitMs })),
    );
    expect(answers.map((answer) => answer.json())).toEqual(
      numbers.map((number) => ({ number, runs: 1 })),
    );
  },
};

describe.each(runtimeNames)('guests of real toolchains on %s', (runtime) => {
  const reason = missing[runtime];
  if (reason !== undefined) {
    it.skip(`are not run: ${reason}`);
    return;
  }
  let bench: GuestBench;

  beforeAll(async () => {
    const config = {
      runtime: { name: runtime, preparationTimeoutMs: initMs },
      limits: { timeoutMs: initMs },
    };
    bench = new GuestBench(await startService({ config }));
  });

  afterAll(async () => {
    await bench.service[Symbol.asyncDispose]();
  });

  const rows = expectedRows.filter((row) => row.runtime === runtime);
  describe.each(rows.map((row) => [row.toolchain.id, row] as const))('%s', (id, row) => {
    const guest = guests.get(id);
    if (guest?.type === 'missing') {
      it.skip(`is not built: ${guest.reason}`);
      return;
    }

    it.each(Object.keys(guestCases) as GuestCase[])(
      '%s',
      async (name) => {
        const { container, init } = await bench.take(id);
        const outcome = row.cells[name];
        if (outcome.type === 'refused') {
          expect(init.status).toBe(502);
          expect(init.headers.get('x-wasmwhisk-error')).toBe(outcome.code);
          expect(init.text).toContain(outcome.reason);
          return;
        }
        expect(init.text).toBe('{"ok":true}');
        await runCase[name](container, bench.service);
      },
      initMs,
    );
  });
});
