import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { guest } from './support/guests.js';
import { startChildStandalone } from './support/standalone-child.js';
import { createApiClient } from './support/standalone-client.js';

/* The wall clock is set while a server runs. */

const monthMs = 30 * 86_400_000;
/** As many records as it takes until old ones are looked for. */
const recordsPerLook = 256;

it.each([
  ['forward', monthMs],
  ['back', -monthMs],
])(
  'a clock that is set %s ends no run and removes no record',
  async (_how, byMs) => {
    const folder = mkdtempSync(join(tmpdir(), 'wasmwhisk-clock-'));
    onTestFinished(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    const clock = join(folder, 'clock');
    const environment = {
      NODE_OPTIONS: `--import ${join(import.meta.dirname, 'support/set-clock.ts')}`,
      TEST_CLOCK_FILE: clock,
    };
    const ids: string[] = [];
    {
      await using child = await startChildStandalone(['--data', join(folder, 'data')], {
        environment,
      });
      using client = createApiClient(child.url);
      const limits = { limits: { timeout: 20_000 } };
      expect((await client.putAction('sleep', guest('sleep'), limits)).status).toBe(200);
      expect((await client.putAction('echo', guest('echo'))).status).toBe(200);
      const invoke = async (): Promise<void> => {
        const answer = await client.invoke('echo', {}, 'blocking=true');
        expect(answer.status).toBe(200);
        const { activationId, duration } = answer.object();
        expect(duration).toBeGreaterThanOrEqual(0);
        expect(duration).toBeLessThan(20_000);
        ids.push(String(activationId));
      };
      await invoke();
      const sleeping = client.invoke('sleep', { ms: 1500 }, 'blocking=true');
      const steps = { kind: 'sequence', components: ['/_/sleep', '/_/echo'] };
      expect((await client.call('PUT', 'actions/steps', { exec: steps })).status).toBe(200);
      const stepping = client.invoke('steps', { ms: 1500 }, 'blocking=true');
      await new Promise((resolve) => setTimeout(resolve, 500));
      writeFileSync(clock, String(byMs));
      for (const answer of await Promise.all([sleeping, stepping])) {
        expect(answer.object()).toMatchObject({ response: { success: true } });
        const { duration } = answer.object();
        expect(duration).toBeGreaterThanOrEqual(0);
        expect(duration).toBeLessThan(20_000);
      }
      for (let index = 0; index < recordsPerLook; index += 1) await invoke();
      for (const id of ids)
        expect((await client.call('GET', `activations/${id}`)).status).toBe(200);
      child.signal('SIGTERM');
      await child.exit;
    }
    // The clock is right again.
    rmSync(clock);
    await using again = await startChildStandalone(['--data', join(folder, 'data')], {
      environment,
    });
    using client = createApiClient(again.url);
    for (const id of ids) expect((await client.call('GET', `activations/${id}`)).status).toBe(200);
  },
  60_000,
);
