import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitCodes } from '../src/exit-codes.js';
import {
  addAction,
  errorOf,
  launcher,
  scratchFolder,
  start,
  until,
  waitAction,
  wasmwhisk,
} from './launcher.js';
import { callApi, guestKey, startStandalone } from './standalone-process.js';

const code = { kind: 'wasm:0.1', code: readFileSync(addAction).toString('base64') };

describe('wasmwhisk standalone', () => {
  it('says when and where it listens, in one JSON line', async () => {
    const standalone = await startStandalone(['--memory']);
    expect(standalone.pid).toBe(standalone.child.pid);
    expect(standalone.data).toBeNull();
    expect((await callApi(standalone, 'PUT', 'actions/add', { exec: code })).status).toBe(200);
    const answer = await callApi(standalone, 'POST', 'actions/add?blocking=true&result=true', {
      param1: 40,
      param2: 2,
    });
    expect(answer).toEqual({ status: 200, text: '{"result":42}' });
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends with 0 at %s, and the next one finds what was created',
    async (signal) => {
      const data = path.join(scratchFolder(), 'deep/whisk');
      const first = await startStandalone(['--data', data]);
      expect(first.data).toBe(data);
      expect((await callApi(first, 'PUT', 'actions/add', { exec: code })).status).toBe(200);
      first.child.kill(signal);
      expect(await first.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
      const second = await startStandalone(['--data', data]);
      expect((await callApi(second, 'GET', 'actions/add?code=false')).status).toBe(200);
    },
  );

  it('keeps everything in a folder of the user unless told otherwise', async () => {
    const home = scratchFolder();
    const { data } = await startStandalone([], { environment: { XDG_DATA_HOME: home } });
    expect(data).toBe(path.join(home, 'wasmwhisk'));
    expect(existsSync(path.join(home, 'wasmwhisk'))).toBe(true);
  });

  it('tells people how to use it, and where everything is', async () => {
    const data = path.join(scratchFolder(), 'whisk');
    const { stderr, stdout, child, ended } = start(launcher, [
      ...['standalone', '--port', '0', '--data', data],
    ]);
    await until(() => stderr().includes('Ctrl-C ends it.'));
    const url = /OpenWhisk on (http:\/\/127\.0\.0\.1:\d+),/.exec(stderr())?.[1] ?? 'none';
    expect(stderr()).toContain(`Everything is kept in ${data}\n`);
    expect(stderr()).toContain(`  wsk property set --apihost ${url} --auth ${guestKey}\n`);
    expect(stderr()).not.toContain('Warning');
    expect(stdout()).toBe('');
    child.kill('SIGINT');
    expect((await ended).code).toBe(0);
  });

  it('warns when other machines can reach keys that everybody knows', async () => {
    const data = scratchFolder();
    const open = ['standalone', '--port', '0', '--host', '0.0.0.0', '--data', data];
    const first = start(launcher, open);
    await until(() => first.stderr().includes('listen on 127.0.0.1.'));
    expect(first.stderr()).toContain('Warning: 0.0.0.0 can be reached from other machines');
    first.child.kill('SIGTERM');
    await first.ended;
    for (const subject of ['guest', 'whisk.system'])
      expect((await wasmwhisk(['user', 'delete', subject, '--data', data])).code).toBe(0);
    const second = start(launcher, open);
    await until(() => second.stderr().includes('Ctrl-C ends it.'));
    expect(second.stderr()).not.toContain('Warning');
    expect(second.stderr()).toContain('wasmwhisk user get NAME');
  });

  it('waits at a signal for what is in progress, and says so', async () => {
    const standalone = await startStandalone(['--memory']);
    const { child, ended, url } = standalone;
    const exec = { kind: 'wasm:0.1', code: readFileSync(waitAction).toString('base64') };
    expect((await callApi(standalone, 'PUT', 'actions/wait', { exec })).status).toBe(200);
    const answer = callApi(standalone, 'POST', 'actions/wait?blocking=true&result=true', {
      wait_ms: 2000,
    });
    await until(async () =>
      /^wasmwhisk_activations_running 1$/m.test(await (await fetch(`${url}/metrics`)).text()),
    );
    child.kill('SIGTERM');
    const { status, text } = await answer;
    expect({ status, text }).toEqual({
      status: 200,
      text: expect.stringContaining('request_time') as string,
    });
    const end = await ended;
    expect(end.code).toBe(0);
    expect(end.stderr).toContain('SIGTERM: waiting for 1 invocation(s)');
  });

  it('lets pages of a named origin read the API, and no others', async () => {
    const { url } = await startStandalone(['--memory', '--cors-origin', 'http://page.example']);
    const ask = (origin: string): Promise<Response> =>
      fetch(`${url}/api/v1/namespaces/_/actions`, {
        headers: { origin, authorization: `Basic ${Buffer.from(guestKey).toString('base64')}` },
      });
    const named = await ask('http://page.example');
    expect(named.status).toBe(200);
    expect(named.headers.get('access-control-allow-origin')).toBe('http://page.example');
    expect((await ask('http://other.example')).status).toBe(403);
  });

  it('leaves a data folder to the server that has it', async () => {
    const data = scratchFolder();
    await startStandalone(['--data', data]);
    const ended = await wasmwhisk(['standalone', '--port', '0', '--json', '--data', data]);
    expect(errorOf(ended)).toMatchObject({
      code: 'WW_ERR_STORAGE_LOCKED',
      exitCode: exitCodes.unavailable.number,
    });
  });

  it('names the flag when the port is taken, and lets the folder go', async () => {
    const { url } = await startStandalone(['--memory']);
    const data = scratchFolder();
    const ended = await wasmwhisk(['standalone', '--port', new URL(url).port, '--data', data]);
    expect(ended.code).toBe(exitCodes.unavailable.number);
    expect(ended.stderr).toContain('--port');
    await startStandalone(['--data', data]);
  });
});
