import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { exitCodes } from '../src/exit-codes.js';
import { writeZip } from '../src/zip-writer.js';
import {
  addAction,
  guest,
  launcher,
  scratchFolder,
  start,
  until,
  wasmwhisk,
  type Launched,
  type LaunchOptions,
} from './launcher.js';

const isRoot = process.getuid?.() === 0;
/** Takes a right away before it starts a program; part of util-linux. */
const setpriv = '/usr/bin/setpriv';

interface Serving extends Launched {
  readonly url: string;
  readonly pid: number;
}

async function serve(args: readonly string[] = [], options?: LaunchOptions): Promise<Serving> {
  const launched = start(launcher, ['serve', '--port', '0', '--json', ...args], options);
  const ended = launched.ended.then(({ stderr }) => {
    throw new Error(`it ended early: ${stderr}`);
  });
  const line = await Promise.race([
    ended,
    until(() => launched.stdout().includes('"event":"listening"')).then(() =>
      launched
        .stdout()
        .split('\n')
        .find((text) => text.includes('"event":"listening"')),
    ),
  ]);
  ended.catch(() => undefined);
  const { url, pid } = JSON.parse(line ?? '') as { url: string; pid: number };
  return { ...launched, url, pid };
}

async function post(url: string, body: unknown): Promise<{ status: number; text: string }> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, text: await response.text() };
}

function initBody(code: Uint8Array, name = 'test') {
  return {
    value: { name, main: 'main', binary: true, code: Buffer.from(code).toString('base64') },
  };
}

async function isListening(url: string): Promise<boolean> {
  try {
    await fetch(`${url}/health`);
    return true;
  } catch {
    return false;
  }
}

/** JSON lines of our own log. */
/** Without the warning of a machine on which the native runtime was not built. */
function logLines(text: string): readonly Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{"level"'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ runtime, reason }) => runtime !== 'wasmtime' || reason === undefined);
}

describe('wasmwhisk serve', () => {
  it('says when and where it listens, in one JSON line', async () => {
    const { url, pid, child, stdout } = await serve(['--log-level', 'silent']);
    expect(pid).toBe(child.pid);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(stdout().trim().split('\n')).toHaveLength(1);
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  it('says so on stderr for people', async () => {
    const { child, stderr, ended } = start(launcher, ['serve', '--port', '0']);
    await until(() => stderr().includes('\n'));
    expect(stderr()).toMatch(/^wasmwhisk \d+\.\d+\.\d+ listens on http:\/\/127\.0\.0\.1:\d+\n$/);
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends clean with 0 at %s, with all of its log and no files left',
    async (signal) => {
      const folder = scratchFolder();
      const { url, child, ended } = await serve([], { environment: { TMPDIR: folder } });
      const zip = writeZip([
        { path: 'main.wasm', bytes: readFileSync(guest('readfile')) },
        { path: 'test.txt', bytes: Buffer.from('x') },
      ]);
      expect((await post(`${url}/c1/init`, initBody(zip))).status).toBe(200);
      expect((await post(`${url}/c1/run`, { value: {} })).text).toBe('{"content":"x"}');
      expect(readdirSync(folder)).toHaveLength(1);
      child.kill(signal);
      const end = await ended;
      expect(end).toMatchObject({ code: 0, signal: null, stderr: '' });
      expect(await isListening(url)).toBe(false);
      expect(readdirSync(folder)).toEqual([]);
      const messages = logLines(end.stdout).map(({ msg }) => msg);
      expect(messages).toEqual(['listening', 'run', 'shutting down', 'ended']);
    },
  );

  it('waits for runs in progress before it ends, and takes no further ones', async () => {
    const { url, child, ended } = await serve();
    expect((await post(`${url}/c1/init`, initBody(readFileSync(guest('sleep'))))).status).toBe(200);
    const run = post(`${url}/c1/run`, { value: { ms: 1500 } });
    await until(async () =>
      (await (await fetch(`${url}/metrics`)).text()).includes('wasmwhisk_activations_running 1'),
    );
    child.kill('SIGTERM');
    await until(async () => (await fetch(`${url}/ready`)).status === 503);
    expect((await post(`${url}/c1/run`, { value: {} })).status).toBe(503);
    expect(await run).toEqual({ status: 200, text: '{"ms":1500}' });
    expect((await ended).code).toBe(0);
  });

  it('ends at once at a second signal', async () => {
    const { url, child, ended } = await serve();
    await post(`${url}/c1/init`, initBody(readFileSync(guest('spin'))));
    const run = post(`${url}/c1/run`, { value: {} }).catch(() => 'cut off');
    await until(async () =>
      (await (await fetch(`${url}/metrics`)).text()).includes('wasmwhisk_activations_running 1'),
    );
    child.kill('SIGTERM');
    await until(async () => (await fetch(`${url}/ready`)).status === 503);
    // One signal may arrive twice within 300 ms; only a later one is a second.
    await new Promise((resolve) => setTimeout(resolve, 400));
    child.kill('SIGTERM');
    expect((await ended).code).toBe(143);
    expect(await run).toBe('cut off');
  });

  it('goes on when the reader of its log goes away', async () => {
    const { url, child, stderr, ended } = await serve();
    child.stdout?.destroy();
    await post(`${url}/c1/init`, initBody(readFileSync(addAction)));
    const body = { value: { param1: 1, param2: 2 } };
    for (let run = 0; run < 3; run++)
      expect((await post(`${url}/c1/run`, body)).text).toBe('{"result":3}');
    await until(() => stderr().includes('the log cannot be written (EPIPE)'));
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
  });

  it('logs guests apart from itself, and no secrets', async () => {
    const { url, child, ended } = await serve();
    const key = 'user:very-secret-key';
    const body = initBody(readFileSync(guest('echo-log')));
    await fetch(`${url}/c1/init`, {
      method: 'POST',
      headers: { authorization: `Basic ${key}` },
      body: JSON.stringify({ value: { ...body.value, env: { __OW_API_KEY: key } } }),
    });
    await post(`${url}/c1/run`, { value: {}, api_key: key, activation_id: 'a1' });
    child.kill('SIGTERM');
    const { stdout } = await ended;
    expect(stdout).not.toContain('very-secret-key');
    expect(logLines(stdout)).toContainEqual(
      expect.objectContaining({
        container: 'c1',
        activation: 'a1',
        guest: { stream: 'stdout', line: 'hello stdout' },
      }),
    );
  });

  it('warns when it listens beyond loopback', async () => {
    const { child, ended } = await serve(['--host', '0.0.0.0']);
    child.kill('SIGTERM');
    const { stdout } = await ended;
    expect(logLines(stdout)[0]).toMatchObject({ level: 'warn', host: '0.0.0.0' });
  });

  it('prepares what is in --warm, and keeps compiled code in --cache', async () => {
    const folder = scratchFolder();
    const cache = scratchFolder();
    writeFileSync(join(folder, 'add.wasm'), readFileSync(addAction));
    writeFileSync(join(folder, 'broken.wasm'), 'no code');
    const { child, ended, stdout } = await serve(['--warm', folder, '--cache', cache]);
    await until(() => stdout().includes('"prepared a folder"'));
    child.kill('SIGTERM');
    const lines = logLines((await ended).stdout);
    expect(lines).toContainEqual(
      expect.objectContaining({ msg: 'prepared a file', file: 'add.wasm' }),
    );
    expect(lines).toContainEqual(
      expect.objectContaining({ msg: 'a file could not be prepared', file: 'broken.wasm' }),
    );
    expect(lines.find(({ msg }) => msg === 'listening')).toMatchObject({
      config: { 'runtime.warmFolder': folder, 'runtime.codeCacheFolder': cache },
    });
  });

  it('ends with 69 and names --port when the port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void taken.close());
    await once(taken, 'listening');
    const address = taken.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const ended = await wasmwhisk(['serve', '--port', String(address.port)]);
    expect(ended.code).toBe(exitCodes.unavailable.number);
    expect(ended.stderr).toMatch(/^wasmwhisk: Another process listens on [^\n]+--port[^\n]*\n$/);
    expect(logLines(ended.stdout)).toEqual([]);
  });

  it('ends with 78 for an address that is none of this machine', async () => {
    const ended = await wasmwhisk(['serve', '--port', '0', '--host', '203.0.113.1']);
    expect(ended.code).toBe(exitCodes.config.number);
    expect(ended.stderr).toMatch(/^wasmwhisk: The address 203\.0\.113\.1 is none of this machine/);
  });

  it('ends with 77 for a port that needs privileges', async (context) => {
    if (isRoot) context.skip(!existsSync(setpriv), `root has them all, and there is no ${setpriv}`);
    const args = ['serve', '--port', '1'];
    const { ended } = isRoot
      ? start(setpriv, ['--bounding-set=-net_bind_service', launcher, ...args])
      : start(launcher, args);
    expect((await ended).code).toBe(exitCodes.denied.number);
  });
});

describe('wasmwhisk serve --single', () => {
  it('writes nothing but what the action and its frames say', async () => {
    const frame = 'XXX_THE_END_OF_A_WHISK_ACTIVATION_XXX\n';
    const serving = await serve(['--single', '--host', '127.0.0.1']);
    const { url, child, ended } = serving;
    const before = serving.stdout();
    expect((await post(`${url}/init`, initBody(readFileSync(guest('echo-log'))))).status).toBe(200);
    expect((await post(`${url}/run`, { value: { a: 1 } })).text).toBe('{"a":1}');
    child.kill('SIGTERM');
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(0);
    expect(stdout.slice(before.length)).toBe(`hello stdout\n${frame}`);
    expect(stderr).toBe(`hello stderr\n${frame}`);
  });

  it('is silent from beginning to end when nothing runs', async () => {
    const { child, ended, stdout, stderr } = start(launcher, [
      ...['serve', '--single', '--host', '127.0.0.1', '--port', '0'],
    ]);
    await until(() => readdirSync(`/proc/${String(child.pid)}/task`).length > 8);
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
    expect(stdout() + stderr()).toBe('');
  });
});
