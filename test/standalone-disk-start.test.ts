import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fillDisk, mountDisk, mountReadOnly, noMountReason } from './support/disks.js';
import { guest } from './support/guests.js';
import { spawnStandalone, startChildStandalone } from './support/standalone-child.js';
import { createApiClient } from './support/standalone-client.js';

/* Disks that are full, read-only or damaged when the server starts: exit codes, and what to do. */

const database = 'wasmwhisk.db';
const pageBytes = 4096;

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wasmwhisk-start-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Fills a folder with an action and records. @returns the ids that were answered */
async function useFolder(
  folder: string,
  end: 'SIGTERM' | 'SIGKILL' = 'SIGTERM',
  invocations = 40,
): Promise<readonly string[]> {
  await using child = await startChildStandalone(['--data', folder]);
  using client = createApiClient(child.url);
  expect((await client.putAction('echo', guest('echo'))).status).toBe(200);
  const ids: string[] = [];
  for (let index = 0; index < invocations; index += 1) {
    const answer = await client.invoke('echo', { text: 'x'.repeat(500) }, 'blocking=true');
    expect(answer.status).toBe(200);
    ids.push(String(answer.object()['activationId']));
  }
  child.signal(end);
  await child.exit;
  return ids;
}

/** Starts where it cannot, and gives how it ended. */
async function failToStart(folder: string): Promise<{ code: number | null; said: string }> {
  const child = spawnStandalone(['--data', folder]);
  onTestFinished(() => {
    child.process.kill('SIGKILL');
  });
  const listening = expect
    .poll(() => child.stdout.lines.length > 0 || child.process.exitCode !== null, {
      timeout: 30_000,
    })
    .toBe(true);
  await listening;
  if (child.process.exitCode === null) child.process.kill('SIGTERM');
  const { code } = await child.exit;
  expect(child.stderr.text).not.toMatch(/\n\s+at |fault of wasmwhisk/);
  return { code, said: child.stderr.text };
}

function garble(file: string, offset: number, bytes = 64): void {
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, Buffer.alloc(bytes, 0xa5), 0, bytes, offset);
  closeSync(descriptor);
}

describe.skipIf(noMountReason !== undefined)(
  `a disk${noMountReason === undefined ? '' : ` (skipped: ${noMountReason})`}`,
  () => {
    it('that is full when the folder is new is refused with 73', async () => {
      const disk = mountDisk(2);
      fillDisk(disk);
      const { code, said } = await failToStart(join(disk, 'data'));
      expect({ code, said }).toEqual({ code: 73, said: expect.stringMatching(/[Mm]ake room/) });
    });

    it('that is full is refused with 73, and used again once there is room', async () => {
      const disk = mountDisk(4);
      const folder = join(disk, 'data');
      const ids = await useFolder(folder);
      const makeRoom = fillDisk(disk);
      const { code, said } = await failToStart(folder);
      expect({ code, said }).toEqual({ code: 73, said: expect.stringMatching(/[Mm]ake room/) });
      makeRoom();
      await using again = await startChildStandalone(['--data', folder]);
      using client = createApiClient(again.url);
      for (const id of ids)
        expect((await client.call('GET', `activations/${id}`)).status).toBe(200);
    });

    it('that is full with activations that a crash cut off is refused with 73', async () => {
      const disk = mountDisk(4);
      const folder = join(disk, 'data');
      await useFolder(folder, 'SIGKILL');
      fillDisk(disk);
      expect((await failToStart(folder)).code).toBe(73);
    });

    it.each(['SIGTERM', 'SIGKILL'] as const)(
      'that is read-only is refused with 73 after %s',
      async (signal) => {
        const folder = createFolder();
        await useFolder(join(folder, 'data'), signal, 5);
        const place = mountReadOnly(folder);
        const { code, said } = await failToStart(join(place, 'data'));
        expect({ code, said }).toEqual({
          code: 73,
          said: expect.stringMatching(/may be read and written|read-only/),
        });
      },
    );

    it('that is read-only and has no folder yet is refused with 73', async () => {
      const place = mountReadOnly(createFolder());
      expect((await failToStart(join(place, 'data'))).code).toBe(73);
    });
  },
);

describe('a damaged database', () => {
  it('is refused with 65 wherever a page is garbled, and left as it is', async () => {
    const folder = createFolder();
    await useFolder(folder);
    const file = join(folder, database);
    const sound = readFileSync(file);
    for (let page = 1; page < sound.length / pageBytes; page += 3) {
      writeFileSync(file, sound);
      garble(file, page * pageBytes, pageBytes);
      const before = readFileSync(file);
      const { code, said } = await failToStart(folder);
      expect({ page, code, said }).toEqual({
        page,
        code: 65,
        said: expect.stringMatching(/damaged.*Put back a copy/s),
      });
      expect(readFileSync(file).equals(before)).toBe(true);
    }
  }, 120_000);

  it('that is cut at a page is refused with 65', async () => {
    const folder = createFolder();
    await useFolder(folder);
    const file = join(folder, database);
    truncateSync(file, statSync(file).size - 8 * pageBytes);
    expect((await failToStart(folder)).code).toBe(65);
  });

  it.each([
    [
      'empty beside its log and key',
      'SIGKILL',
      (file: string) => {
        truncateSync(file, 0);
      },
    ],
    [
      'missing beside its log and key',
      'SIGKILL',
      (file: string) => {
        rmSync(file);
      },
    ],
    [
      'empty beside its key',
      'SIGTERM',
      (file: string) => {
        truncateSync(file, 0);
      },
    ],
  ] as const)('that is %s is refused with 65 and not made anew', async (_what, end, damage) => {
    const folder = createFolder();
    await useFolder(folder, end, 5);
    damage(join(folder, database));
    const before = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
    const { code, said } = await failToStart(folder);
    expect({ code, said }).toEqual({ code: 65, said: expect.stringContaining(database) });
    const names = readdirSync(folder).filter((name) => name !== 'wasmwhisk.lock');
    expect(names.length).toBeLessThanOrEqual(before.length);
  });

  it('that was moved away alone is made anew', async () => {
    const folder = createFolder();
    await useFolder(folder, 'SIGTERM', 1);
    rmSync(join(folder, database));
    await using child = await startChildStandalone(['--data', folder]);
    using client = createApiClient(child.url);
    expect((await client.call('GET', 'actions')).json()).toEqual([]);
  });
});

describe('a damaged write-ahead log', () => {
  const log = `${database}-wal`;
  it.each([
    [
      'garbled in its midst',
      (file: string) => {
        garble(file, statSync(file).size / 2);
      },
    ],
    [
      'garbled in its header',
      (file: string) => {
        garble(file, 8, 8);
      },
    ],
    [
      'garbled in its first frame',
      (file: string) => {
        garble(file, 100);
      },
    ],
    [
      'garbled at its end',
      (file: string) => {
        garble(file, statSync(file).size - 200);
      },
    ],
    [
      'cut to a half',
      (file: string) => {
        truncateSync(file, statSync(file).size / 2);
      },
    ],
    [
      'empty',
      (file: string) => {
        truncateSync(file, 0);
      },
    ],
    [
      'missing',
      (file: string) => {
        rmSync(file);
      },
    ],
  ] as const)('that is %s is told of, and what is left is served', async (_what, damage) => {
    const folder = createFolder();
    const ids = await useFolder(folder, 'SIGKILL', 60);
    damage(join(folder, log));
    await using child = await startChildStandalone(['--data', folder]);
    using client = createApiClient(child.url);
    const found = await Promise.all(
      ids.map(async (id) => (await client.call('GET', `activations/${id}`)).status === 200),
    );
    expect(found).toContain(false);
    expect(child.stderr.text).toMatch(/write-ahead log .*(damaged|missing).*lost/s);
  });

  it('is told of when it is gone with its index', async () => {
    const folder = createFolder();
    await useFolder(folder, 'SIGKILL', 20);
    rmSync(join(folder, log));
    rmSync(join(folder, `${database}-shm`), { force: true });
    await using child = await startChildStandalone(['--data', folder]);
    expect(child.stderr.text).toMatch(/write-ahead log .*missing.*lost/s);
  });

  it('is not spoken of after a kill that harmed nothing', async () => {
    const folder = createFolder();
    const ids = await useFolder(folder, 'SIGKILL', 60);
    await using child = await startChildStandalone(['--data', folder]);
    using client = createApiClient(child.url);
    for (const id of ids) expect((await client.call('GET', `activations/${id}`)).status).toBe(200);
    expect(child.stderr.text).not.toMatch(/write-ahead log/);
  });
});

it(
  'a folder in which nobody may write is refused with 73',
  { timeout: 60_000 },
  async (context) => {
    if (process.getuid?.() === 0) context.skip('root may write everywhere');
    const folder = join(createFolder(), 'data');
    mkdirSync(folder);
    chmodSync(folder, 0o500);
    expect((await failToStart(folder)).code).toBe(73);
  },
);
