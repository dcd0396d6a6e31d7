import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { openStorage, type OpenedStorage } from '../dist/storage/open-storage.js';
import { openUsers } from '../dist/users/open-users.js';

const writer = fileURLToPath(new URL('./storage-writer.mjs', import.meta.url));

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wasmwhisk-kill-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

function open(dataFolder: string): OpenedStorage {
  return openStorage({
    dataFolder,
    activationsMax: 10_000_000,
    activationBytesMax: 1_000_000_000,
    activationAgeMsMax: 86_400_000,
    onError: (error) => {
      throw error;
    },
  });
}

/** Starts a server's writes, and kills it in the midst of them. @returns the lines it printed */
async function writeAndKill(
  dataFolder: string,
  round: number,
  linesMin: number,
  meanwhile: () => void = () => undefined,
): Promise<readonly string[]> {
  const child = spawn(process.execPath, [writer, dataFolder, String(round)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const ended = once(child, 'exit');
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line === 'ready') meanwhile();
    if (lines.length === linesMin) child.kill('SIGKILL');
  }
  expect(await ended).toEqual([null, 'SIGKILL']);
  // A last line that was cut is no answer.
  return lines.filter((line) => /^(?:ready|\w+ (?:\S+ \S+ )?[0-9a-f]{32,64})$/.test(line));
}

test('nothing that was answered is lost when the server is killed', async () => {
  const dataFolder = createFolder();
  const stored = new Set<string>();
  const accepted = new Set<string>();
  const deployed = new Map<string, string>();
  for (const [round, linesMin] of [500, 1500, 777, 2500].entries()) {
    for (const line of await writeAndKill(dataFolder, round, linesMin)) {
      const [word = '', id = '', version = ''] = line.split(' ');
      if (word === 'stored') stored.add(id);
      if (word === 'accepted') accepted.add(id);
      if (word === 'deployed') deployed.set(id, version);
    }
    const { storage } = open(dataFolder);
    const { activations, entities, codes } = storage;
    for (const id of stored) {
      expect(activations.find('guest', id)).toMatchObject({
        statusCode: 0,
        resultJson: JSON.stringify({ id }),
      });
    }
    const unfinished = [...accepted].filter((id) => !stored.has(id));
    const states = unfinished.map((id) => activations.find('guest', id)?.statusCode);
    // Written and not told is possible; neither is not.
    expect(states.filter((state) => state !== 3 && state !== 0)).toEqual([]);
    expect(states.filter((state) => state === 3).length).toBeGreaterThan(0);
    for (const [name, version] of deployed) {
      const entity = entities.find({ namespace: 'guest', package: undefined, name });
      if (entity?.type !== 'action' || entity.exec.type !== 'code')
        throw new Error(`The action ${name} is lost.`);
      expect(toOrder(entity.version)).toBeGreaterThanOrEqual(toOrder(version));
      expect(codes.get(entity.exec.codeDigest)).toHaveLength(1000);
    }
    await storage.close();
  }
  expect(stored.size).toBeGreaterThan(1000);
  expect(deployed.size).toBe(8);
});

test('a folder is taken while a server lives, and free once that was killed', async () => {
  const dataFolder = createFolder();
  let authKey = '';
  await writeAndKill(dataFolder, 0, 300, () => {
    expect(() => open(dataFolder)).toThrow(
      expect.objectContaining({ code: 'WW_ERR_STORAGE_LOCKED' }),
    );
    using command = openUsers({ dataFolder });
    authKey = command.users.create({ subject: 'somebody' }).authKey;
  });
  const { storage, users } = open(dataFolder);
  expect(users.find('somebody')?.authKey).toBe(authKey);
  await storage.close();
});

test('a folder that several processes make at once is the same for all', async () => {
  const dataFolder = createFolder();
  const usersFile = new URL('../dist/users/open-users.js', import.meta.url).href;
  const program = `
    const [dataFolder, subject] = process.argv.slice(1);
    const { openUsers } = await import(${JSON.stringify(usersFile)});
    using opened = openUsers({ dataFolder });
    console.log(opened.users.create({ subject }).authKey);
  `;
  const subjects = ['user-1', 'user-2', 'user-3', 'user-4'];
  const created = subjects.map(async (subject) => {
    const args = ['--input-type=module', '-e', program, join(dataFolder, 'new'), subject];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    return stdout.trim();
  });
  const authKeys = await Promise.all(created);
  const { storage, users } = open(join(dataFolder, 'new'));
  expect(users.list()).toHaveLength(6);
  expect(subjects.map((subject) => users.find(subject)?.authKey)).toEqual(authKeys);
  await storage.close();
});

/** Versions of the writer: round, 0, number. */
function toOrder(version: string): number {
  const [round = 0, , number = 0] = version.split('.').map(Number);
  return round * 1_000_000 + number;
}
