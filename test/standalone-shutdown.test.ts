import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { guest } from './support/guests.js';
import { startChildStandalone } from './support/standalone-child.js';
import { createApiClient, type ApiClient } from './support/standalone-client.js';

/* A clean end: what was begun is finished, and nothing new is. */

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wasmwhisk-shutdown-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  return folder;
}

/** Status of an invocation; that the server is gone counts as none. */
async function tryInvoke(client: ApiClient): Promise<number | undefined> {
  return client.invoke('echo').then(
    ({ status }) => status,
    () => undefined,
  );
}

describe('a standalone OpenWhisk that is told to end', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'finishes what runs, refuses what is new, and ends with 0: %s',
    async (signal) => {
      const folder = createFolder();
      const ids: string[] = [];
      {
        await using child = await startChildStandalone(['--data', folder]);
        using client = createApiClient(child.url);
        using other = createApiClient(child.url);
        for (const name of ['sleep', 'echo'])
          expect((await client.putAction(name, guest(name))).status).toBe(200);
        const running = [1, 2, 3].map((index) =>
          client.invoke('sleep', { ms: 2000, index }, 'blocking=true'),
        );
        // An answer with an id says that it has begun before the signal, as those above have.
        const accepted = await client.invoke('sleep', { ms: 2000 }, 'blocking=false');
        expect(accepted.status).toBe(202);
        ids.push(String(accepted.object()['activationId']));

        child.signal(signal);
        await expect.poll(() => tryInvoke(other), { timeout: 15_000 }).toBe(503);
        const refused = await other.invoke('echo');
        expect(refused.object()).toEqual({ error: expect.any(String), code: expect.any(String) });
        for (const answer of await Promise.all(running)) {
          expect(answer.status).toBe(200);
          ids.push(String(answer.object()['activationId']));
        }
        expect(await child.exit).toEqual({ code: 0, signal: null });
        expect(child.stderr.text).not.toMatch(/error/i);
      }

      await using again = await startChildStandalone(['--data', folder]);
      using client = createApiClient(again.url);
      for (const id of ids) {
        const record = await client.call('GET', `activations/${id}`);
        expect(record.object()).toMatchObject({
          name: 'sleep',
          response: { success: true, result: { ms: 2000 } },
        });
      }
    },
  );

  it('does not wait for ever: what still runs is ended and recorded', async () => {
    const folder = createFolder();
    let id = '';
    {
      await using child = await startChildStandalone([
        '--data',
        folder,
        '--set',
        'server.drainTimeoutMs=300',
      ]);
      using client = createApiClient(child.url);
      await client.putAction('sleep', guest('sleep'));
      const accepted = await client.invoke('sleep', { ms: 50_000 }, 'blocking=false');
      id = String(accepted.object()['activationId']);
      const running = client.invoke('sleep', { ms: 50_000 }, 'blocking=true');
      expect((await client.call('GET', 'activations?limit=1')).status).toBe(200);
      child.signal('SIGTERM');
      expect((await running).status).toBeGreaterThanOrEqual(500);
      expect(await child.exit).toEqual({ code: 0, signal: null });
    }
    await using again = await startChildStandalone(['--data', folder]);
    using client = createApiClient(again.url);
    const record = (await client.call('GET', `activations/${id}`)).object();
    expect(record).toMatchObject({ name: 'sleep', response: { success: false } });
  });

  it('keeps entities across an orderly restart, and nothing with --memory', async () => {
    const folder = createFolder();
    for (const [args, kept] of [
      [['--data', folder], 200],
      [['--memory'], 404],
    ] as const) {
      {
        await using child = await startChildStandalone(args);
        using client = createApiClient(child.url);
        await client.putAction('echo', guest('echo'));
        child.signal('SIGTERM');
        expect(await child.exit).toEqual({ code: 0, signal: null });
      }
      await using again = await startChildStandalone(args);
      using client = createApiClient(again.url);
      expect((await client.invoke('echo')).status).toBe(kept);
    }
  });
});
