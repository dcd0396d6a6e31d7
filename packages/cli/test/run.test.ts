import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitCodes } from '../src/exit-codes.js';
import {
  addAction,
  addComponent,
  conformanceGuest,
  guest,
  launcher,
  scratchFolder,
  start,
  until,
  wasmwhisk,
} from './launcher.js';

describe.each(['v8', 'wasmer'])('wasmwhisk run on %s', (runtime) => {
  const run = (file: string, ...args: string[]) => ['run', file, '--runtime', runtime, ...args];

  it('joins the streams of the guest with those of the terminal', async () => {
    const { code, stdout, stderr } = await wasmwhisk(run(guest('echo-log')), {
      input: '{"a":1}',
    });
    expect(code).toBe(0);
    expect(stdout).toContain('hello stdout\n{"a":1}');
    expect(stderr).toBe('hello stderr\n');
  });

  it('passes the exit code on', async () => {
    const { code } = await wasmwhisk(run(guest('exit')), { input: '{"code":7}' });
    expect(code).toBe(7);
  });

  it('never takes a failure for a success because a process has only 8 bits for it', async () => {
    for (const [exitCode, seen] of [
      [255, 255],
      [256, 255],
      [257, 255],
      [0x8000_0000, 255],
      [0xffff_ffff, 255],
    ] as const) {
      const input = `{"code":${String(exitCode)}}`;
      const { code, stderr } = await wasmwhisk(run(conformanceGuest('command-exit')), { input });
      expect([exitCode, code]).toEqual([exitCode, seen]);
      if (exitCode > 255) expect(stderr).toContain(`exited with code ${String(exitCode)}`);
    }
  });

  it('ends with 134 and one line when the guest traps', async () => {
    const { code, stderr } = await wasmwhisk(run(guest('trap')));
    expect(code).toBe(exitCodes.trap.number);
    expect(stderr).toMatch(/^wasmwhisk: .*unreachable/);
  });

  it('gives the variables named, and no others', async () => {
    const { stdout } = await wasmwhisk(
      run(guest('environment'), '--env', 'A=1', '--env', 'B=x=y'),
      {
        environment: { SECRET: 'x' },
      },
    );
    expect(JSON.parse(stdout)).toEqual({ A: '1', B: 'x=y' });
  });
});

describe.each(['command-%', 'command-%.component'])('wasmwhisk run of %s', (form) => {
  const file = (name: string) => conformanceGuest(form.replace('%', name));

  it('gives the arguments behind the name of the file', async () => {
    const program = file('arguments');
    const { code, stderr } = await wasmwhisk(['run', program, '--', 'one', '--two', 'a b']);
    expect(stderr).toBe(`${path.basename(program)}\none\n--two\na b\n`);
    expect(code).toBe(0);
  });

  it('passes the exit code on, and waits as long as the guest does', async () => {
    const exit = await wasmwhisk(['run', file('exit')], { input: '{"code":9}' });
    expect(exit.code).toBe(9);
    const sleep = await wasmwhisk(['run', file('sleep')], { input: '{"ms":50}' });
    expect(sleep).toMatchObject({ code: 0, stderr: '' });
  });

  it('shows a trap with the frames of the guest', async () => {
    const { code, stderr } = await wasmwhisk(['run', file('trap')], { input: '{"trap":0}' });
    expect(code).toBe(exitCodes.trap.number);
    expect(stderr).toMatch(/^wasmwhisk: .*unreachable-code-reached.*\n {4}at act \(/);
  });
});

describe('wasmwhisk run', () => {
  it('ends a guest that computes at Ctrl-C', async () => {
    const { child, stdout, stderr, ended } = start(launcher, ['run', guest('spin')]);
    await until(() => (stdout() + stderr()).includes('spinning'));
    child.kill('SIGINT');
    expect((await ended).signal).toBe('SIGINT');
  });

  it('gives folders, and nothing outside them', async () => {
    const folder = scratchFolder();
    writeFileSync(path.join(folder, 'test.txt'), 'in the folder');
    const given = ['run', guest('readfile'), '--dir', `${folder}::.`];
    const inside = await wasmwhisk(given, { input: '{}' });
    expect(inside.stdout).toContain('{"content":"in the folder"}');
    const outside = await wasmwhisk(given, { input: '{"path":"../../etc/passwd"}' });
    expect(outside.stdout).toContain('cannot read');
  });

  it('takes what follows -- as arguments of the guest', async () => {
    const ended = await wasmwhisk(['run', guest('echo-log'), '--', '--json', '-p']);
    expect(ended.code).toBe(0);
  });

  it('holds the guest to the memory limit', async () => {
    const args = ['run', guest('oom'), '--set', 'limits.memoryBytes=1MiB'];
    expect((await wasmwhisk(args)).code).toBe(exitCodes.trap.number);
  });

  it.each([
    ['a folder that does not exist', [addAction, '--dir', '/nonexistent'], 66],
    ['a file that does not exist', ['/nonexistent.wasm'], 66],
    ['a runtime that cannot', [addComponent, '--runtime', 'v8'], 65],
    ['a component that is no command', [addComponent], 65],
  ])('says what is wrong with %s', async (_name, args, exitCode) => {
    const { code, stderr } = await wasmwhisk(['run', ...args]);
    expect(stderr).toMatch(/^wasmwhisk: [^\n]+\n$/);
    expect(code).toBe(exitCode);
  });

  it('ends like a native program when nobody reads its output', async () => {
    const shell = `"${launcher}" run "${guest('flood')}" < /dev/null | head -c 10 > /dev/null; exit "\${PIPESTATUS[0]}"`;
    const { code, stderr } = await start('bash', ['-c', shell]).ended;
    expect(stderr).toBe('');
    expect(code).toBe(exitCodes.brokenPipe.number);
  });
});
