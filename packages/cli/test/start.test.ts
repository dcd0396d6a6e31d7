import { once } from 'node:events';
import { createServer } from 'node:net';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { scratchFolder, start, startScript, until, wasmwhisk } from './launcher.js';
import { guestKey } from './standalone-process.js';

describe('npm start', () => {
  it('creates and invokes two actions, and ends with --once', async () => {
    const { code, stdout, stderr } = await start(process.execPath, [
      ...[startScript, '--once', '--port', '0'],
    ]).ended;
    expect(stderr).toBe('');
    expect(stdout).toContain(
      'POST actions/hello  {"name":"Ada"}\n    -> 200 {"greeting":"Hello, Ada!"}',
    );
    expect(stdout).toContain('POST actions/add  {"param1":2,"param2":2}\n    -> 200 {"result":4}');
    expect(stdout).toMatch(/add: created and invoked in [\d.]+ ms; warm [\d.]+ ms/);
    expect(code).toBe(0);
  });

  it('stays until Ctrl-C and shows commands that work', async () => {
    const { child, stdout, ended } = start(process.execPath, [startScript, '--port', '0']);
    await until(() => stdout().includes('until Ctrl-C'));
    const url = /^Open (http:\S+) in a browser/m.exec(stdout())?.[1] ?? 'none';
    expect(stdout()).toContain(`  wsk property set --apihost ${url} --auth ${guestKey}\n`);
    const line = /^ {2}(curl -s .*)$/m.exec(stdout())?.[1] ?? '';
    expect((await start('bash', ['-c', line]).ended).stdout).toBe('{"result":42}');
    const deploy = /^ {2}node_modules\/.bin\/wasmwhisk (deploy .*)$/m.exec(stdout())?.[1] ?? '';
    const deployed = await wasmwhisk(deploy.split(' '), {
      cwd: path.join(import.meta.dirname, '../../..'),
      environment: { HOME: scratchFolder() },
    });
    expect(deployed.stdout).toContain('deployed /guest/clock 0.0.1');
    const page = await fetch(url, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    child.kill('SIGINT');
    expect((await ended).code).toBe(0);
  });

  it('names --port when the port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void taken.close());
    await once(taken, 'listening');
    const address = taken.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const ended = await start(process.execPath, [startScript, '--port', String(address.port)])
      .ended;
    expect(ended.code).toBe(69);
    expect(ended.stderr).toContain('npm start -- --port');
  });

  it('refuses what it does not know', async () => {
    const ended = await start(process.execPath, [startScript, '--prot', '1']).ended;
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('Usage: npm start');
  });
});
