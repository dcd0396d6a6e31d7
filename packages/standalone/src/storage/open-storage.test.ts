import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openUsers } from '../users/open-users.js';
import { openStorage, type OpenedStorage } from './open-storage.js';
import { action, record } from '../../test/storage-samples.js';

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wasmwhisk-storage-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return join(folder, 'data');
}

function open(dataFolder: string): OpenedStorage {
  const opened = openStorage({
    dataFolder,
    activationsMax: 1000,
    activationBytesMax: 1_000_000_000,
    activationAgeMsMax: 60_000,
    now: () => 1_000,
    onError: (error) => {
      throw error;
    },
  });
  onTestFinished(() => {
    opened.storage[Symbol.dispose]();
  });
  return opened;
}

const corrupt = (path: string, bytes: string): void => {
  writeFileSync(path, bytes);
};

describe('a data folder', () => {
  test('is made for its owner alone, with all that is in it', async () => {
    const folder = createFolder();
    const { storage } = open(folder);
    await storage.activations.store(record());
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const modes = readdirSync(folder).map((name) => [
      name,
      statSync(join(folder, name)).mode & 0o777,
    ]);
    expect(Object.fromEntries(modes)).toEqual({
      key: 0o600,
      'wasmwhisk.db': 0o600,
      'wasmwhisk.db-shm': 0o600,
      'wasmwhisk.db-wal': 0o600,
      'wasmwhisk.lock': 0o600,
    });
  });

  test('keeps everything for the next server', async () => {
    const folder = createFolder();
    const first = open(folder);
    const codeDigest = first.storage.codes.put(Buffer.from('code'));
    const entity = action({ codeDigest });
    const route = {
      namespace: 'guest',
      basePath: '/hello',
      relativePath: '/world',
      method: 'get',
      document: '{"a":1}',
    };
    first.storage.entities.put(entity);
    first.storage.apis.put(route);
    await first.storage.activations.store(record());
    await first.storage.close();

    const { storage, users } = open(folder);
    expect(storage.entities.find(entity.path)).toStrictEqual(entity);
    expect(storage.codes.get(codeDigest)).toEqual(new Uint8Array(Buffer.from('code')));
    expect(storage.activations.find('guest', record().activationId)).toStrictEqual(record());
    expect(storage.apis.list('guest')).toEqual([route]);
    expect(users.list().map(({ subject }) => subject)).toEqual(['guest', 'whisk.system']);
  });

  test('belongs to one server at a time', async () => {
    const folder = createFolder();
    const first = open(folder);
    expect(() => open(folder)).toThrow(
      expect.objectContaining({
        code: 'WW_ERR_STORAGE_LOCKED',
        message: expect.stringContaining(folder),
      }),
    );
    // The refused one has not loosened the lock.
    expect(() => open(folder)).toThrow(expect.objectContaining({ code: 'WW_ERR_STORAGE_LOCKED' }));
    await first.storage.close();
    await first.storage.close();
    expect(open(folder).users.find('guest')).toBeDefined();
  });

  test('shows its users to a command while a server has it', () => {
    const folder = createFolder();
    const server = open(folder);
    using command = openUsers({ dataFolder: folder });
    const { uuid, authKey } = command.users.create({ subject: 'somebody' });
    const key = authKey.slice(uuid.length + 1);
    expect(server.users.authenticate(uuid, key)?.subject).toBe('somebody');
    expect(command.users.remove('somebody')).toBe(true);
    expect(server.users.authenticate(uuid, key)).toBeUndefined();
    expect(server.users.ownerOf('somebody')).toBeUndefined();
  });

  test('can be made by the command that creates a user', () => {
    const folder = createFolder();
    {
      using command = openUsers({ dataFolder: folder });
      command.users.create({ subject: 'somebody' });
    }
    expect(open(folder).users.list()).toHaveLength(3);
  });

  test('does not bring back a published user that was removed', async () => {
    const folder = createFolder();
    const first = open(folder);
    first.users.remove('guest');
    await first.storage.close();
    expect(open(folder).users.find('guest')).toBeUndefined();
  });
});

describe('what cannot be opened is refused, and named', () => {
  async function prepared(): Promise<{ folder: string; database: string; key: string }> {
    const folder = createFolder();
    const { storage } = open(folder);
    for (let index = 0; index < 200; index += 1)
      storage.entities.put(action({ name: `action-${String(index)}` }));
    await storage.close();
    return { folder, database: join(folder, 'wasmwhisk.db'), key: join(folder, 'key') };
  }

  const refusal = (code: string, path: string): unknown =>
    expect.objectContaining({ name: 'StorageError', code, message: expect.stringContaining(path) });

  test('a file that is no database', async () => {
    const { folder, database } = await prepared();
    corrupt(database, 'This is no database.'.repeat(500));
    expect(() => open(folder)).toThrow(refusal('WW_ERR_STORAGE_UNREADABLE', database));
  });

  test('a database whose end is missing', async () => {
    const { folder, database } = await prepared();
    truncateSync(database, Math.floor(statSync(database).size / 2 / 4096) * 4096);
    expect(() => open(folder)).toThrow(refusal('WW_ERR_STORAGE_UNREADABLE', database));
  });

  test('a database of another program', async () => {
    const { folder, database } = await prepared();
    rmSync(database);
    using foreign = new DatabaseSync(database);
    foreign.exec('CREATE TABLE notes (text TEXT)');
    expect(() => open(folder)).toThrow(refusal('WW_ERR_STORAGE_UNREADABLE', database));
  });

  test('a database of a newer version, which stays as it is', async () => {
    const { folder, database } = await prepared();
    using newer = new DatabaseSync(database);
    newer.exec('PRAGMA user_version = 1000');
    expect(() => open(folder)).toThrow(refusal('WW_ERR_STORAGE_NEWER', database));
    expect(() => openUsers({ dataFolder: folder })).toThrow(
      refusal('WW_ERR_STORAGE_NEWER', database),
    );
    expect(newer.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1000 });
  });

  test('a folder that is a file', () => {
    const folder = createFolder();
    writeFileSync(folder, '');
    expect(() => open(folder)).toThrow(refusal('WW_ERR_STORAGE_FOLDER', folder));
  });

  test('a database that is a folder, or a link that leads nowhere', async () => {
    const { folder, database } = await prepared();
    rmSync(database);
    symlinkSync(join(folder, 'nowhere'), database);
    expect(() => open(folder)).toThrow(refusal('WW_ERR_STORAGE_FOLDER', database));
    rmSync(database);
    mkdirSync(database);
    expect(() => open(folder)).toThrow(refusal('WW_ERR_STORAGE_FOLDER', database));
  });

  test('users without a folder', () => {
    expect(() => openUsers({ dataFolder: '' })).toThrow(refusal('WW_ERR_STORAGE_FOLDER', 'folder'));
  });

  test('a lock that is no database', async () => {
    const { folder } = await prepared();
    const lock = join(folder, 'wasmwhisk.lock');
    writeFileSync(lock, 'This is no database.'.repeat(500));
    expect(() => open(folder)).toThrow(refusal('WW_ERR_STORAGE_UNREADABLE', lock));
  });

  test('a key file that others may read', async () => {
    const { folder, key } = await prepared();
    chmodSync(key, 0o640);
    expect(() => open(folder)).toThrow(refusal('WW_ERR_STORAGE_KEY', `chmod 600 "${key}"`));
  });

  test('a key file that is missing, too short or of another database', async () => {
    const { folder, key } = await prepared();
    writeFileSync(key, 'short');
    expect(() => open(folder)).toThrow(refusal('WW_ERR_STORAGE_KEY', key));
    writeFileSync(key, Buffer.alloc(32, 7));
    expect(() => open(folder)).toThrow(refusal('WW_ERR_STORAGE_KEY', key));
    rmSync(key);
    expect(() => open(folder)).toThrow(refusal('WW_ERR_STORAGE_KEY', key));
    expect(readdirSync(folder)).not.toContain('key');
  });
});
