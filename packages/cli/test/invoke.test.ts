import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exitCodes } from '../src/exit-codes.js';
import {
  addAction,
  addComponent,
  errorOf,
  guest,
  scratchFolder,
  start,
  until,
  wasmwhisk,
  launcher,
} from './launcher.js';

describe('wasmwhisk invoke', () => {
  it('prints the result on stdout and the timing on stderr', async () => {
    const ended = await wasmwhisk(['invoke', addAction, '-p', 'param1', '2', '-p', 'param2', '2']);
    expect(ended).toMatchObject({ code: 0, stdout: '{"result":4}\n' });
    expect(ended.stderr).toMatch(/^init [\d.]+ ms, run [\d.]+ ms, memory \d+ KiB, log 0 bytes\n$/);
  });

  it('rounds no number', async () => {
    const folder = scratchFolder({ 'p.json': '{"param1":9007199254740992,"param2":0}' });
    const args = ['invoke', addAction, '-P', 'p.json', '-p', 'param2', '1'];
    const { stdout } = await wasmwhisk(args, { cwd: folder });
    expect(stdout).toBe('{"result":9007199254740993}\n');
  });

  it('takes components, and arguments from stdin', async () => {
    const { code, stdout } = await wasmwhisk(['invoke', addComponent, '-P', '-'], {
      input: '{"param1":1,"param2":2}',
    });
    expect(stdout).toBe('{"result":3}\n');
    expect(code).toBe(0);
  });

  it('ends with 1 for an error that the action answers', async () => {
    const ended = await wasmwhisk(['invoke', addAction, '-p', 'param1', '2']);
    expect(ended.code).toBe(exitCodes.applicationError.number);
    expect(ended.stdout).toBe('{"error":"Expected param2 to be present"}\n');
    const json = await wasmwhisk(['invoke', guest('apperr'), '--json']);
    expect(json.code).toBe(exitCodes.applicationError.number);
    expect(JSON.parse(json.stdout)).toMatchObject({
      status: 'application error',
      success: false,
      result: { error: 'sorry' },
    });
  });

  it('passes log lines on, and has them in the JSON object', async () => {
    const plain = await wasmwhisk(['invoke', guest('echo-log'), '-p', 'a', '1']);
    expect(plain.stdout).toBe('{"a":1}\n');
    expect(plain.stderr).toContain('hello stdout\n');
    expect(plain.stderr).toContain('hello stderr\n');
    const json = await wasmwhisk(['invoke', guest('echo-log'), '--json']);
    expect(json.stderr).toBe('');
    const report = JSON.parse(json.stdout) as { logs: object[]; timing: object };
    expect(report).toMatchObject({ status: 'success', success: true, result: {} });
    // The latest line of stdout is held back, as it might be the result: so stderr may come first.
    expect(report.logs).toHaveLength(2);
    for (const stream of ['stdout', 'stderr'])
      expect(report.logs).toContainEqual(
        expect.objectContaining({ stream, log: `hello ${stream}` }),
      );
    expect(Object.keys(report.timing)).toEqual(['initMs', 'queuedMs', 'runMs']);
  });

  it.each([
    ['trap', [], 'WW_ERR_GUEST_TRAP'],
    ['not-json', [], 'WW_ERR_RESULT_INVALID'],
    ['spin', ['--set', 'limits.timeoutMs=300ms'], 'WW_ERR_RUN_TIMEOUT'],
    ['oom', ['--set', 'limits.memoryBytes=1MiB'], 'WW_ERR_RUN_MEMORY_LIMIT'],
    ['exit', ['-p', 'code', '3'], 'WW_ERR_GUEST_EXIT'],
  ])('ends with 3 when %s fails', async (name, args, errorCode) => {
    const { code, stdout } = await wasmwhisk(['invoke', guest(name), '--json', ...args]);
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'action developer error',
      success: false,
      error: { code: errorCode },
    });
    expect(code).toBe(exitCodes.runFailed.number);
  });

  it('says on one line why a run failed', async () => {
    const { stdout, stderr } = await wasmwhisk(['invoke', guest('trap-message')]);
    expect(stdout).toBe('');
    expect(stderr).toContain('nooooo\n');
    expect(stderr).toMatch(/^wasmwhisk: .*trapped.*$/m);
    expect(stderr).not.toMatch(/\.(js|ts):\d+/);
  });

  it.each([
    ['a text', 'hello', 'WW_ERR_CODE_INVALID'],
    ['nothing', '', 'WW_ERR_CODE_INVALID'],
    ['a zip that is cut off', 'PK\u0003\u0004abc', 'WW_ERR_CODE_INVALID'],
    ['half a module', Buffer.from('0061736d01000000ff', 'hex'), 'WW_ERR_CODE_INVALID'],
  ])('ends with 65 for %s', async (_name, input, errorCode) => {
    const ended = await wasmwhisk(['invoke', '-', '--json'], { input });
    expect(errorOf(ended)).toMatchObject({ code: errorCode });
    expect(ended.code).toBe(exitCodes.dataInvalid.number);
    expect(ended.stdout).toBe('');
  });

  it('ends with 65 for a module that cannot be linked', async () => {
    const ended = await wasmwhisk(['invoke', guest('unlinkable')]);
    expect(ended.code).toBe(exitCodes.dataInvalid.number);
    expect(ended.stderr).toMatch(/^wasmwhisk: .*env.*missing.*\n$/);
  });

  it('ends with 66 when a file is missing', async () => {
    const code = await wasmwhisk(['invoke', '/nonexistent.zip']);
    expect(code).toMatchObject({
      code: 66,
      stderr: 'wasmwhisk: /nonexistent.zip does not exist.\n',
    });
    const parameters = await wasmwhisk(['invoke', addAction, '-P', '/nonexistent.json']);
    expect(parameters.code).toBe(exitCodes.inputMissing.number);
  });

  it('refuses capabilities that the operator does not grant, and grants them', async () => {
    const denied = await wasmwhisk(['invoke', guest('needs-http')]);
    expect(denied.code).toBe(exitCodes.dataInvalid.number);
    expect(denied.stderr).toContain('net_access');
    const granted = await wasmwhisk([
      ...['inspect', guest('needs-http'), '-a', 'net_access', 'true'],
      ...['--set', 'policy.httpHosts=*'],
    ]);
    expect(granted.code).toBe(0);
  });

  it('gives the variables of --env to the action', async () => {
    const args = ['--env', 'SOME_VAR=a=b', '--env', 'ANOTHER_VAR='];
    const { stdout } = await wasmwhisk(['invoke', guest('initenv'), ...args]);
    expect(stdout).toBe('{"SOME_VAR":"a=b","ANOTHER_VAR":""}\n');
  });

  it('ends a guest that computes at Ctrl-C, and leaves no files', async () => {
    const folder = scratchFolder();
    const { child, stderr, ended } = start(launcher, ['invoke', guest('spin')], {
      environment: { TMPDIR: folder },
    });
    await until(() => stderr().includes('spinning'));
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: exitCodes.interrupted.number, stdout: '' });
    expect(readdirSync(folder)).toEqual([]);
  });
});
