import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { guest, withCustomSection } from './support/guests.js';
import { spawnStandalone, startChildStandalone } from './support/standalone-child.js';
import { createApiClient, type ApiClient } from './support/standalone-client.js';

/* A data folder that is damaged, foreign, or full. */

const mebibyte = 1024 * 1024;
const database = 'wasmwhisk.db';

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wasmwhisk-folder-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  return folder;
}

/** A folder in which an action was created, and the server ended as it should. */
async function createUsedFolder(): Promise<string> {
  const folder = createFolder();
  await using child = await startChildStandalone(['--data', folder]);
  using client = createApiClient(child.url);
  expect((await client.putAction('echo', guest('echo'))).status).toBe(200);
  child.signal('SIGTERM');
  expect(await child.exit).toEqual({ code: 0, signal: null });
  return folder;
}

/** Starts on a folder that cannot be used, and gives what it says. */
async function failToStart(folder: string): Promise<string> {
  const child = spawnStandalone(['--data', folder]);
  onTestFinished(() => {
    child.process.kill('SIGKILL');
  });
  const { code, signal } = await child.exit;
  expect({ code, signal }).toEqual({ code: expect.any(Number), signal: null });
  expect(code).toBeGreaterThan(0);
  expect(child.stdout.text).toBe('');
  // A sentence for people, not where in the program it happened.
  expect(child.stderr.text).not.toMatch(/\n\s+at /);
  return child.stderr.text;
}

describe('a data folder', () => {
  it('belongs to its user alone', async () => {
    const folder = join(createFolder(), 'not', 'there', 'yet');
    await using child = await startChildStandalone(['--data', folder]);
    expect(child.port).toBeGreaterThan(0);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of [database, 'key']) expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
  });

  it.each([
    [
      'random bytes',
      (file: string) => {
        writeFileSync(file, randomBytes(100_000));
      },
    ],
    [
      'text',
      (file: string) => {
        writeFileSync(file, 'not a database\n'.repeat(100));
      },
    ],
    [
      'half of it',
      (file: string) => {
        truncateSync(file, statSync(file).size / 2);
      },
    ],
  ])('whose database is %s is refused, and left as it is', async (_what, damage) => {
    const folder = await createUsedFolder();
    const file = join(folder, database);
    damage(file);
    const before = readFileSync(file);
    const said = await failToStart(folder);
    expect(said).toContain(file);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it.each([
    [
      'is missing',
      (file: string) => {
        rmSync(file);
      },
    ],
    [
      'is of another folder',
      (file: string) => {
        writeFileSync(file, randomBytes(32));
      },
    ],
    [
      'is cut',
      (file: string) => {
        truncateSync(file, 16);
      },
    ],
    [
      'may be read by others',
      (file: string) => {
        chmodSync(file, 0o644);
      },
    ],
  ])('whose key file %s is refused', async (_what, damage) => {
    const folder = await createUsedFolder();
    const file = join(folder, 'key');
    damage(file);
    const said = await failToStart(folder);
    expect(said).toContain('key');
    expect(said).toContain(folder);
  });

  it('that is a file is refused', async () => {
    const file = join(createFolder(), 'file');
    writeFileSync(file, '');
    expect(await failToStart(file)).toContain(file);
  });

  it(
    'that is full loses nothing that was answered, and says what it cannot keep',
    { timeout: 120_000 },
    async () => {
      const folder = createFolder();
      const kept: string[] = [];
      const records: string[] = [];
      {
        await using child = await startChildStandalone(['--data', folder], {
          fileBytesMax: 8 * mebibyte,
        });
        using client = createApiClient(child.url);
        expect((await client.putAction('echo', guest('echo'))).status).toBe(200);
        const refused = await fill(client, kept);
        expect(refused).toBeGreaterThanOrEqual(500);
        for (let index = 0; index < 50; index += 1) {
          const answer = await client.invoke('echo', { index }, 'blocking=true');
          expect([200, 500, 503], answer.text).toContain(answer.status);
          if (answer.status === 200) records.push(String(answer.object()['activationId']));
          else
            expect(answer.object()).toEqual({
              error: expect.any(String),
              code: expect.any(String),
            });
        }
        // What is there can be read, and the process goes on.
        expect(((await client.call('GET', 'actions?limit=0')).json() as unknown[]).length).toBe(
          kept.length + 1,
        );
        expect((await client.call('GET', 'actions/echo')).status).toBe(200);
        child.signal('SIGTERM');
        expect((await child.exit).signal).toBeNull();
      }
      await using again = await startChildStandalone(['--data', folder]);
      using client = createApiClient(again.url);
      for (const name of kept) {
        const shown = await client.call('GET', `actions/${name}`);
        expect(shown.status, name).toBe(200);
        expect((await client.invoke(name, { name })).object()).toEqual({ name });
      }
      for (const id of records)
        expect((await client.call('GET', `activations/${id}`)).status).toBe(200);
      expect((await client.putAction('room', guest('echo'))).status).toBe(200);
    },
  );
});

/** Uploads until one is refused. @returns with which status */
async function fill(client: ApiClient, kept: string[]): Promise<number> {
  for (let index = 0; index < 100; index += 1) {
    const name = `large${String(index)}`;
    const code = withCustomSection(guest('echo'), randomBytes(mebibyte));
    const { status } = await client.putAction(name, code);
    if (status !== 200) return status;
    kept.push(name);
  }
  return 0;
}
