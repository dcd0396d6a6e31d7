import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { start, startScript, until } from './launcher.js';

describe('npm start', () => {
  it('shows one action and ends with --once', async () => {
    const { code, stdout, stderr } = await start(process.execPath, [
      ...[startScript, '--once', '--port', '0'],
    ]).ended;
    expect(stderr).toBe('');
    expect(stdout).toContain('{"value":{"param1":2,"param2":2}}\n    -> 200 {"result":4}');
    expect(stdout).toContain('2 + 2 = 4.');
    expect(code).toBe(0);
  });

  it('stays until Ctrl-C and shows commands that work', async () => {
    const { child, stdout, ended } = start(process.execPath, [startScript, '--port', '0']);
    await until(() => stdout().includes('until Ctrl-C'));
    const line = /^ {2}(curl -s -d .*)$/m.exec(stdout())?.[1] ?? '';
    const tried = await start('bash', ['-c', line]).ended;
    expect(tried.stdout).toBe('{"result":42}');
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
