import { describe, expect, it } from 'vitest';
import { exitCodes } from '../src/exit-codes.js';
import { errorOf, scratchFolder, wasmwhisk, type Ended } from './launcher.js';
import { callApi, guestKey, startStandalone } from './standalone-process.js';

const keyLine = /^[0-9a-f-]{36}:[A-Za-z0-9]{64}\n$/;

function user(data: string, ...args: readonly string[]): Promise<Ended> {
  return wasmwhisk(['user', ...args, '--data', data]);
}

describe('wasmwhisk user', () => {
  it('creates, shows, lists and deletes', async () => {
    const data = scratchFolder();
    const created = await user(data, 'create', 'alice');
    expect(created).toMatchObject({ code: 0, stderr: '' });
    expect(created.stdout).toMatch(keyLine);
    expect((await user(data, 'get', 'alice')).stdout).toBe(created.stdout);
    const json = JSON.parse((await user(data, 'get', 'alice', '--json')).stdout) as unknown;
    const authKey = created.stdout.trim();
    expect(json).toEqual({
      subject: 'alice',
      namespace: 'alice',
      uuid: authKey.split(':')[0],
      authKey,
    });
    const list = await user(data, 'list');
    expect(list.stdout).toBe(
      'alice         alice\nguest         guest\nwhisk.system  whisk.system\n',
    );
    expect((await user(data, 'list', '--json')).stdout).not.toContain('authKey');
    expect(await user(data, 'delete', 'alice')).toMatchObject({ code: 0, stdout: '' });
    const missing = await user(data, 'get', 'alice', '--json');
    expect(errorOf(missing)).toMatchObject({
      code: 'WW_ERR_CLI_USER_MISSING',
      exitCode: exitCodes.inputMissing.number,
    });
    expect((await user(data, 'delete', 'alice')).code).toBe(exitCodes.inputMissing.number);
  });

  it('is heard by a running server at once', async () => {
    const data = scratchFolder();
    const standalone = await startStandalone(['--data', data]);
    const created = await user(data, 'create', 'alice', '--namespace', 'team');
    const authKey = created.stdout.trim();
    const list = (): Promise<{ readonly status: number }> =>
      callApi(standalone, 'GET', 'actions', undefined, authKey);
    expect((await list()).status).toBe(200);
    await user(data, 'delete', 'alice');
    expect((await list()).status).toBe(401);
  });

  it('has the published keys from the start', async () => {
    expect((await user(scratchFolder(), 'get', 'guest')).stdout).toBe(`${guestKey}\n`);
  });

  it('takes a given key, and refuses what is taken or no user', async () => {
    const data = scratchFolder();
    const authKey = `00000000-0000-4000-8000-000000000000:${'k'.repeat(64)}`;
    expect((await user(data, 'create', 'alice', '--auth', authKey)).stdout).toBe(`${authKey}\n`);
    const again = await user(data, 'create', 'alice', '--json');
    expect(errorOf(again)).toMatchObject({
      code: 'WW_ERR_API_EXISTS',
      exitCode: exitCodes.cannotCreate.number,
    });
    const wrong = await user(data, 'create', 'bobby', '--auth', 'no:secret', '--json');
    expect(errorOf(wrong)).toMatchObject({
      code: 'WW_ERR_API_USER',
      exitCode: exitCodes.dataInvalid.number,
    });
    expect(wrong.stderr).not.toContain('secret');
  });

  it('says when the settings name no folder', async () => {
    const ended = await wasmwhisk(['user', 'list'], {
      environment: { WASMWHISK_STORAGE_DATA_FOLDER: '' },
    });
    expect(ended.code).toBe(exitCodes.usage.number);
    expect(ended.stderr).toContain('--data');
  });
});
