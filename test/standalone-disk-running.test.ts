import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fillDisk, mountDisk, noMountReason } from './support/disks.js';
import { guest } from './support/guests.js';
import { startChildStandalone, type ChildStandalone } from './support/standalone-child.js';
import { createApiClient, type ApiClient } from './support/standalone-client.js';

/* What is taken away under a server that runs: nothing is answered 200 that is lost afterwards. */

const database = 'wasmwhisk.db';

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wasmwhisk-running-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return join(folder, 'data');
}

interface Invoked {
  readonly kept: readonly string[];
  readonly refused: readonly { readonly status: number; readonly code: unknown; text: string }[];
}

/** Invokes until one is refused or the server is gone. */
async function invoke(client: ApiClient, times: number): Promise<Invoked> {
  const kept: string[] = [];
  const refused: { status: number; code: unknown; text: string }[] = [];
  for (let index = 0; index < times; index += 1) {
    try {
      const answer = await client.invoke('echo', { index }, 'blocking=true');
      const { status, headers, text } = answer;
      if (status === 200) kept.push(String(answer.object()['activationId']));
      else refused.push({ status, code: headers['x-wasmwhisk-error'], text });
    } catch {
      break;
    }
  }
  return { kept, refused };
}

async function start(folder: string): Promise<ChildStandalone> {
  const child = await startChildStandalone(['--data', folder]);
  using client = createApiClient(child.url);
  expect((await client.putAction('echo', guest('echo'))).status).toBe(200);
  return child;
}

/** A folder of another server, which ended as it should. */
async function createOther(): Promise<string> {
  const folder = createFolder();
  await using child = await start(folder);
  child.signal('SIGTERM');
  await child.exit;
  return folder;
}

async function findLost(folder: string, ids: readonly string[]): Promise<readonly string[]> {
  await using child = await startChildStandalone(['--data', folder]);
  using client = createApiClient(child.url);
  const lost: string[] = [];
  for (const id of ids)
    if ((await client.call('GET', `activations/${id}`)).status !== 200) lost.push(id);
  return lost;
}

const exitOf = { WW_ERR_STORAGE_LOST: 73, WW_ERR_STORAGE_KEY: 65 } as const;

describe('a data folder under a server that runs', () => {
  it.each<[string, keyof typeof exitOf, (folder: string, other: string) => void]>([
    [
      'is deleted',
      'WW_ERR_STORAGE_LOST',
      (folder) => {
        rmSync(folder, { recursive: true });
      },
    ],
    [
      'is moved',
      'WW_ERR_STORAGE_LOST',
      (folder) => {
        renameSync(folder, `${folder}-moved`);
      },
    ],
    [
      'is replaced by another',
      'WW_ERR_STORAGE_LOST',
      (folder, other) => {
        renameSync(folder, `${folder}-moved`);
        cpSync(other, folder, { recursive: true });
      },
    ],
    [
      'loses its database',
      'WW_ERR_STORAGE_LOST',
      (folder) => {
        rmSync(join(folder, database));
      },
    ],
    [
      'gets another database',
      'WW_ERR_STORAGE_LOST',
      (folder, other) => {
        copyFileSync(join(other, database), join(folder, 'new'));
        renameSync(join(folder, 'new'), join(folder, database));
      },
    ],
    [
      'has its database overwritten',
      'WW_ERR_STORAGE_LOST',
      (folder, other) => {
        copyFileSync(join(other, database), join(folder, database));
      },
    ],
    [
      'has its database cut',
      'WW_ERR_STORAGE_LOST',
      (folder) => {
        truncateSync(join(folder, database), 0);
      },
    ],
    [
      'has its log cut',
      'WW_ERR_STORAGE_LOST',
      (folder) => {
        truncateSync(join(folder, `${database}-wal`), 0);
      },
    ],
    [
      'gets another key file',
      'WW_ERR_STORAGE_KEY',
      (folder) => {
        writeFileSync(join(folder, 'key'), Buffer.alloc(32));
      },
    ],
  ])('that %s answers 500 with the reason and ends', async (_what, code, harm) => {
    const folder = createFolder();
    const other = await createOther();
    await using child = await start(folder);
    using client = createApiClient(child.url);
    await invoke(client, 20);
    harm(folder, other);
    await expect
      .poll(async () => (await invoke(client, 1)).refused.length, { timeout: 2000 })
      .toBe(1);
    const { kept, refused } = await invoke(client, 50);
    expect(kept).toEqual([]);
    expect(refused[0]).toMatchObject({ status: 500, code: 'WW_ERR_API_STORAGE' });
    expect(refused[0]?.text).toMatch(/data folder was deleted|key file does not belong/);
    expect((await child.exit).code).toBe(exitOf[code]);
    expect(child.stdout.text).toContain(code);
    expect(child.stderr.text).toMatch(/while a server used it/);
  });

  it('that loses its database answers no invocation that is lost', async () => {
    const folder = createFolder();
    await using child = await start(folder);
    using client = createApiClient(child.url);
    const before = await invoke(client, 20);
    expect(before.refused).toEqual([]);
    rmSync(join(folder, database));
    expect((await invoke(client, 50)).kept).toEqual([]);
  });

  it('that was overwritten is left to whoever put it there', async () => {
    const folder = createFolder();
    const other = await createOther();
    await using child = await start(folder);
    using client = createApiClient(child.url);
    await invoke(client, 50);
    copyFileSync(join(other, database), join(folder, database));
    copyFileSync(join(other, 'key'), join(folder, 'key'));
    expect((await child.exit).code).toBe(73);
    expect(readFileSync(join(folder, database)).equals(readFileSync(join(other, database)))).toBe(
      true,
    );
    expect(await findLost(folder, [])).toEqual([]);
  });

  it('that is moved and put back goes on, and nothing is lost', async () => {
    const folder = createFolder();
    await using child = await start(folder);
    using client = createApiClient(child.url);
    const { kept } = await invoke(client, 20);
    renameSync(folder, `${folder}-moved`);
    expect((await invoke(client, 5)).kept).toEqual([]);
    renameSync(`${folder}-moved`, folder);
    await expect
      .poll(async () => (await invoke(client, 1)).refused.length, { timeout: 2000 })
      .toBe(0);
    const after = await invoke(client, 20);
    expect(after.refused).toEqual([]);
    child.signal('SIGKILL');
    await child.exit;
    expect(await findLost(folder, [...kept, ...after.kept])).toEqual([]);
  });

  it.each([
    ['log', `${database}-wal`],
    ['index', `${database}-shm`],
    ['lock', 'wasmwhisk.lock'],
    ['key file', 'key'],
  ])('that loses its %s has it again, and loses nothing', async (_what, name) => {
    const folder = createFolder();
    await using child = await start(folder);
    using client = createApiClient(child.url);
    const before = await invoke(client, 20);
    const file = join(folder, name);
    rmSync(file);
    const during = await invoke(client, 20);
    await expect.poll(() => child.stdout.text, { timeout: 5000 }).toMatch(/is there again/);
    const after = await invoke(client, 20);
    expect([...during.refused, ...after.refused]).toEqual([]);
    expect(readFileSync(file)).toBeDefined();
    child.signal('SIGKILL');
    await child.exit;
    expect(await findLost(folder, [...before.kept, ...during.kept, ...after.kept])).toEqual([]);
  });

  it('that loses its lock is taken by no second server', async () => {
    const folder = createFolder();
    await using child = await start(folder);
    rmSync(join(folder, 'wasmwhisk.lock'));
    await expect.poll(() => child.stdout.text, { timeout: 5000 }).toMatch(/is there again/);
    await expect(startChildStandalone(['--data', folder])).rejects.toThrow();
  });
});

it('a folder that may no longer be written is refused with its reason, and used again', async (context) => {
  if (process.getuid?.() === 0) context.skip('root may write everywhere');
  const folder = createFolder();
  await using child = await start(folder);
  using client = createApiClient(child.url);
  chmodSync(folder, 0o500);
  await expect
    .poll(async () => (await invoke(client, 1)).refused.length, { timeout: 2000 })
    .toBe(1);
  chmodSync(folder, 0o700);
  await expect
    .poll(async () => (await invoke(client, 1)).refused.length, { timeout: 2000 })
    .toBe(0);
});

describe.skipIf(noMountReason !== undefined)(
  `a disk${noMountReason === undefined ? '' : ` (skipped: ${noMountReason})`}`,
  () => {
    it('that is full refuses what it cannot keep, and takes it again once there is room', async () => {
      const disk = mountDisk(3);
      const folder = join(disk, 'data');
      await using child = await start(folder);
      using client = createApiClient(child.url);
      const isWeb = { annotations: [{ key: 'web-export', value: true }] };
      expect((await client.putAction('web', guest('echo'), isWeb)).status).toBe(200);
      const before = await invoke(client, 5);
      const makeRoom = fillDisk(disk);
      const text = 'x'.repeat(100_000);
      await expect
        .poll(async () => (await client.invoke('echo', { text }, 'blocking=true')).status, {
          timeout: 20_000,
        })
        .toBe(500);
      for (const call of [
        () => client.invoke('echo', { text }, 'blocking=true'),
        () => client.invoke('echo', { text }, 'blocking=true&result=true'),
        () => client.putAction('more', guest('echo'), { annotations: [{ key: 'a', value: text }] }),
        () => client.call('POST', '/api/v1/web/guest/default/web.json', { text }),
      ]) {
        const answer = await call();
        expect(answer.status).toBe(500);
        expect(answer.headers['x-wasmwhisk-error']).toBe('WW_ERR_API_STORAGE');
        expect(answer.object()['error']).toContain('the disk is full');
      }
      expect((await client.call('GET', 'actions/echo')).status).toBe(200);
      makeRoom();
      const after = await invoke(client, 20);
      expect(after.refused).toEqual([]);
      child.signal('SIGKILL');
      await child.exit;
      expect(await findLost(folder, [...before.kept, ...after.kept])).toEqual([]);
    });
  },
);
