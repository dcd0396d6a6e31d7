import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { exitCodes } from '../src/exit-codes.js';
import { addAction, errorOf, scratchFolder, wasmwhisk, type Ended } from './launcher.js';
import { callApi, guestKey, startStandalone } from './standalone-process.js';

interface Seen {
  readonly line: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

interface FakeWhisk {
  readonly url: string;
  readonly seen: readonly Seen[];
}

const stored = JSON.stringify({
  namespace: 'guest',
  name: 'add',
  version: '0.0.1',
  exec: { kind: 'wasm:0.1', binary: true },
});

/** Something that answers every request alike, and notes it. */
async function startFake(status: number, text: string): Promise<FakeWhisk> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      seen.push({
        line: `${request.method ?? ''} ${request.url ?? ''}`,
        authorization: request.headers.authorization,
        body: Buffer.concat(chunks).toString(),
      });
      response.writeHead(status, { 'content-type': 'application/json' }).end(text);
    });
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${String(address.port)}`, seen };
}

/** With a home of its own, so that nobody's settings of `wsk` count. */
function deploy(url: string, ...args: readonly string[]): Promise<Ended> {
  return wasmwhisk(['deploy', ...args], {
    environment: { HOME: scratchFolder(), WHISK_APIHOST: url },
  });
}

describe('wasmwhisk deploy', () => {
  it('makes an action that the printed line invokes, and updates it', async () => {
    const { url } = await startStandalone(['--memory']);
    const first = await deploy(url, addAction, '-p', 'param1', '40');
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toContain('deployed /guest/add 0.0.1 (wasm:0.1, ');
    expect(first.stdout).toContain('  wsk action invoke add --result\n');
    expect(first.stdout).toContain(`-u ${guestKey}`);
    const second = await deploy(url, addAction, '--json');
    const { version, invokeUrl } = JSON.parse(second.stdout) as Record<string, string>;
    expect(version).toBe('0.0.2');
    const response = await fetch(invokeUrl ?? '', {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(guestKey).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: '{"param2":2}',
    });
    // The parameter of the first time is still there.
    expect(await response.text()).toBe('{"result":42}');
    const refused = await deploy(url, addAction, '--no-overwrite', '--json');
    expect(errorOf(refused)).toMatchObject({
      code: 'WW_ERR_CLI_ENTITY_EXISTS',
      exitCode: exitCodes.cannotCreate.number,
    });
  });

  it('makes the package, and takes a folder, limits and a web action', async () => {
    const { url } = await startStandalone(['--memory']);
    const folder = scratchFolder({ 'main.wasm': readFileSync(addAction), 'notes.txt': 'x' });
    const options = ['--package', 'math', '--name', 'sum', '--web', '--memory', '128', '--json'];
    for (const version of ['0.0.1', '0.0.2']) {
      const ended = await deploy(url, folder, ...options, '--timeout', '5s');
      expect(JSON.parse(ended.stdout)).toMatchObject({
        namespace: 'guest/math',
        name: 'sum',
        version,
        webUrl: `${url}/api/v1/web/guest/math/sum`,
      });
    }
    const { text } = await callApi({ url }, 'GET', 'actions/math/sum?code=false');
    expect(JSON.parse(text)).toMatchObject({ limits: { memory: 128, timeout: 5000 } });
  });

  it('sends what was given and nothing else, numbers as they were written', async () => {
    const { url, seen } = await startFake(200, stored);
    await deploy(url, addAction, '-p', 'n', '9007199254740993', '-a', 'note', 'a "b"');
    expect(seen).toHaveLength(1);
    const [request] = seen;
    expect(request?.line).toBe('PUT /api/v1/namespaces/_/actions/add?overwrite=true');
    expect(request?.authorization).toBe(`Basic ${Buffer.from(guestKey).toString('base64')}`);
    expect(request?.body).toContain('"parameters":[{"key":"n","value":9007199254740993}]');
    const body = JSON.parse(request?.body ?? '') as Record<string, unknown>;
    expect(Object.keys(body)).toEqual(['exec', 'parameters', 'annotations']);
    expect(body['annotations']).toEqual([{ key: 'note', value: 'a "b"' }]);
    const { kind, code } = body['exec'] as Record<string, string>;
    expect(kind).toBe('wasm:default');
    expect(
      Buffer.from(code ?? '', 'base64')
        .subarray(0, 2)
        .toString(),
    ).toBe('PK');
  });

  it('uploads an archive as it is, of any kind that the other side serves', async () => {
    const { url, seen } = await startFake(200, stored);
    const zip = Buffer.from('PK\u0003\u0004 of another kind', 'latin1');
    const file = path.join(scratchFolder({ 'tool.zip': zip }), 'tool.zip');
    await deploy(url, file, '--kind', 'nodejs:20', '--web', 'raw');
    const body = JSON.parse(seen[0]?.body ?? '') as { exec: object; annotations: object };
    expect(seen[0]?.line).toContain('/actions/tool?');
    expect(body.exec).toEqual({ kind: 'nodejs:20', code: zip.toString('base64') });
    expect(body.annotations).toEqual([
      { key: 'web-export', value: true },
      { key: 'raw-http', value: true },
      { key: 'final', value: true },
    ]);
  });

  it.each([
    [401, 'no', 'WW_ERR_CLI_CREDENTIALS', 77],
    [403, 'no', 'WW_ERR_CLI_CREDENTIALS', 77],
    [409, 'exists', 'WW_ERR_CLI_ENTITY_EXISTS', 73],
    [413, 'large', 'WW_ERR_CLI_REFUSED', 65],
    [400, 'bad kind', 'WW_ERR_CLI_REFUSED', 65],
    [429, 'slow down', 'WW_ERR_CLI_API_FAILED', 69],
    [503, 'later', 'WW_ERR_CLI_API_FAILED', 69],
  ])('ends at a %i with its reason', async (status, reason, code, exitCode) => {
    const { url } = await startFake(status, JSON.stringify({ error: reason, code: 'x' }));
    const error = errorOf(await deploy(url, addAction, '--json'));
    expect(error).toMatchObject({ code, exitCode });
    expect(error.message).toBe(`${url} answers ${String(status)}: ${reason}.`);
  });

  it('tells something else that answers from OpenWhisk', async () => {
    for (const [status, text] of [
      [200, '<html>'],
      [200, '{"ok":true}'],
      [404, '<html>'],
    ] as const) {
      const { url } = await startFake(status, text);
      const error = errorOf(await deploy(url, addAction, '--json'));
      expect(error.code).toBe('WW_ERR_CLI_UNREACHABLE');
    }
  });

  it('says how to start one when nobody listens', async () => {
    const { url } = await startFake(200, stored);
    const port = new URL(url).port;
    const closed = `http://127.0.0.1:${port === '1' ? '2' : '1'}`;
    const ended = await deploy(closed, addAction);
    expect(ended.code).toBe(exitCodes.unavailable.number);
    expect(ended.stderr).toContain(`No OpenWhisk answers at ${closed}: the connection is refused.`);
    expect(ended.stderr).toContain("'wasmwhisk standalone'");
  });

  it('refuses code that no executor would take before it is sent', async () => {
    const { url, seen } = await startFake(200, stored);
    const folder = scratchFolder({ 'bad.wasm': 'no module' });
    const ended = await deploy(url, path.join(folder, 'bad.wasm'));
    expect(ended.code).toBe(exitCodes.dataInvalid.number);
    const empty = path.join(folder, 'empty');
    mkdirSync(empty);
    expect((await deploy(url, empty)).code).toBe(exitCodes.dataInvalid.number);
    expect((await deploy(url, path.join(folder, 'none.wasm'))).code).toBe(
      exitCodes.inputMissing.number,
    );
    expect(seen).toEqual([]);
  });

  it('warns of code that no runtime of this machine takes, and leaves it to the other side', async () => {
    const { url, seen } = await startFake(200, stored);
    // The header of a module, and nothing in it.
    const header = Uint8Array.from([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
    const ended = await deploy(url, path.join(scratchFolder({ 'none.wasm': header }), 'none.wasm'));
    expect(ended.code).toBe(0);
    expect(ended.stderr).toMatch(/^wasmwhisk: no runtime of this machine takes this code/);
    expect(ended.stderr).toContain('\n  v8: The module exports neither _start');
    expect(seen).toHaveLength(1);
  });

  it('suspects the size when the connection is closed under a large file', async () => {
    const server = createServer((request) => {
      request.once('data', () => request.socket.resetAndDestroy());
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const file = path.join(scratchFolder(), 'large.zip');
    writeFileSync(file, Buffer.concat([Buffer.from('PK'), Buffer.alloc(20 * 1024 * 1024, 1)]));
    const ended = await deploy(
      `http://127.0.0.1:${String(address.port)}`,
      ...[file, '--kind', 'other:1'],
    );
    expect(ended.code).toBe(exitCodes.unavailable.number);
    expect(ended.stderr).toContain(
      'closed the connection during the upload. OpenWhisk takes up to',
    );
  });

  it('hears of a standalone OpenWhisk that a file is too large', async () => {
    const { url } = await startStandalone(['--memory', '--set', 'api.codeBytesMax=1MiB']);
    const zip = Buffer.concat([Buffer.from('PK'), Buffer.alloc(2 * 1024 * 1024, 1)]);
    const file = path.join(scratchFolder({ 'large.zip': zip }), 'large.zip');
    const error = errorOf(await deploy(url, file, '--kind', ' wasm:0.1', '--json'));
    expect(error).toMatchObject({ code: 'WW_ERR_CLI_REFUSED' });
    expect(error.message).toContain('answers 413');
  });
});
