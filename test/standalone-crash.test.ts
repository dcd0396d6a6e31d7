import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { spawnStandalone, startChildStandalone } from './support/standalone-child.js';
import { createApiClient } from './support/standalone-client.js';
import {
  countCutOff,
  countPromises,
  createPromises,
  findBroken,
  findOrphans,
  loadUntilGone,
  type Promises,
} from './support/standalone-load.js';

/* The process is killed while it works: what it answered holds. */

const rounds = 8;
const workers = 5;

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wasmwhisk-crash-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  return folder;
}

/** Faults of every database in a folder, by SQLite's own check. */
function checkDatabases(folder: string): unknown {
  const files = readdirSync(folder).filter((name) => /\.(db|sqlite3?)$/.test(name));
  expect(files).not.toEqual([]);
  return files.map((name) => {
    using database = new DatabaseSync(join(folder, name), { readOnly: true });
    return database.prepare('PRAGMA integrity_check').all();
  });
}

/** What no server has: looking for promises must notice that. */
const neverPromised = {
  entities: new Map([['actions/none', 1]]),
  codes: new Map([['r0-w0', 1]]),
  done: new Map([['0'.repeat(32), 1]]),
  accepted: new Set(['0'.repeat(32)]),
};

describe('a killed standalone OpenWhisk', () => {
  it('has everything that it answered when it is started again', { timeout: 180_000 }, async () => {
    const folder = createFolder();
    const earlier: Promises[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const promises = createPromises();
      const child = await startChildStandalone(['--data', folder]);
      const enough = 100 + Math.floor(Math.random() * 400);
      const load = loadUntilGone(child.url, round, workers, promises);
      await expect
        .poll(() => countPromises(promises), { timeout: 60_000, interval: 1 })
        .toBeGreaterThan(enough);
      child.signal('SIGKILL');
      await load;
      expect(await child.exit).toEqual({ code: null, signal: 'SIGKILL' });

      await using again = await startChildStandalone(['--data', folder]);
      using client = createApiClient(again.url);
      expect(await findBroken(client, promises)).toEqual([]);
      expect(await findBroken(client, neverPromised)).toHaveLength(4);
      expect(await countCutOff(client, round)).toBeGreaterThan(0);
      expect(await findOrphans(client)).toEqual([]);
      // And it works on.
      expect((await client.invoke(`r${String(round)}-w0`, { a: 1 })).status).toBe(200);
      earlier.push(promises);
      if (round === rounds - 1)
        for (const old of earlier) expect(await findBroken(client, old)).toEqual([]);
    }
    expect(checkDatabases(folder)).toEqual([[{ integrity_check: 'ok' }]]);
  });

  it('shares its folder with no second one, which says so and harms nothing', async () => {
    const folder = createFolder();
    await using first = await startChildStandalone(['--data', folder]);
    using client = createApiClient(first.url);
    expect((await client.call('PUT', 'triggers/kept', {})).status).toBe(200);

    const second = spawnStandalone(['--data', folder]);
    const { code } = await second.exit;
    expect(code).toBeGreaterThan(0);
    expect(second.stdout.text).toBe('');
    expect(second.stderr.text).toContain(folder);
    expect(second.stderr.text).not.toMatch(/\n\s+at /);

    expect((await client.call('GET', 'triggers/kept')).status).toBe(200);
    expect((await client.call('PUT', 'triggers/more', {})).status).toBe(200);
  });
});
