import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { beginInstall, endInstall, isInstalled } from '../scripts/setup/installation.mjs';
import { runStep } from '../scripts/setup/step.mjs';

const setup = join(import.meta.dirname, '..', 'scripts', 'setup');

function createFolder(files: Readonly<Record<string, unknown>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'wasmwhisk bootstrap '));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), JSON.stringify(content));
  }
  return folder;
}

const locked = {
  'package.json': { dependencies: { dep: '1.0.0' } },
  'package-lock.json': {
    packages: {
      '': { dependencies: { dep: '1.0.0' } },
      'node_modules/dep': { version: '1.0.0', integrity: 'sha512-dep' },
      'node_modules/elsewhere': {
        version: '1.0.0',
        integrity: 'sha512-else',
        optional: true,
        os: ['none'],
      },
    },
  },
};

function withRecord(entry: unknown): Readonly<Record<string, unknown>> {
  return { ...locked, 'node_modules/.package-lock.json': { packages: entry } };
}

const goodRecord = { 'node_modules/dep': { version: '1.0.0', integrity: 'sha512-dep' } };

describe('an installation', () => {
  it('is complete when npm recorded what the lock file says, optional packages aside', () => {
    expect(isInstalled(createFolder(withRecord(goodRecord)))).toBe(true);
  });

  it.each([
    ['was never made', locked],
    ['lacks a package', withRecord({})],
    [
      'lacks an optional package for this system',
      {
        ...withRecord(goodRecord),
        'package-lock.json': {
          packages: {
            ...locked['package-lock.json'].packages,
            'node_modules/here': { version: '1.0.0', optional: true, os: [process.platform] },
          },
        },
      },
    ],
    ['has another version', withRecord({ 'node_modules/dep': { version: '1.0.1' } })],
    [
      'has other bytes',
      withRecord({ 'node_modules/dep': { version: '1.0.0', integrity: 'sha512-other' } }),
    ],
    [
      'is older than package.json',
      { ...withRecord(goodRecord), 'package.json': { dependencies: { dep: '2.0.0' } } },
    ],
  ])('is not complete when it %s', (_what, files) => {
    expect(isInstalled(createFolder(files))).toBe(false);
  });

  it('is not complete when npm was interrupted, and is then made anew from nothing', () => {
    const folder = createFolder(withRecord(goodRecord));
    beginInstall(folder);
    expect(isInstalled(folder)).toBe(false);
    writeFileSync(join(folder, 'node_modules', 'half-unpacked'), '');
    beginInstall(folder);
    expect(() => readFileSync(join(folder, 'node_modules', 'half-unpacked'))).toThrow('ENOENT');
    endInstall(folder);
    expect(isInstalled(folder)).toBe(false);
  });
});

describe('the set-up lock', () => {
  /** Two lines per process, with a pause between them: interleaved when two were in at once. */
  const script = `
    const { withSetupLock } = await import(process.argv[1]);
    const { appendFileSync } = await import('node:fs');
    const { setTimeout: delay } = await import('node:timers/promises');
    const folder = process.argv[2];
    await withSetupLock(folder, () => undefined, async () => {
      appendFileSync(folder + '/log', 'in ' + process.pid + '\\n');
      await delay(30);
      appendFileSync(folder + '/log', 'out ' + process.pid + '\\n');
    });`;

  async function enter(folder: string): Promise<void> {
    const child = spawn(
      process.execPath,
      ['--input-type=module', '-e', script, join(setup, 'setup-lock.mjs'), folder],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(0);
  }

  it('lets one process in at a time, also after a holder that died', async () => {
    const folder = createFolder();
    // No process has this number: it is above what Linux gives out.
    writeFileSync(join(folder, '.setup-lock'), '4194305 1');
    await Promise.all([enter(folder), enter(folder), enter(folder), enter(folder)]);
    const lines = readFileSync(join(folder, 'log'), 'utf8').trim().split('\n');
    expect(lines).toHaveLength(8);
    for (let index = 0; index < lines.length; index += 2) {
      expect(lines[index + 1]).toBe(lines[index]?.replace('in', 'out'));
    }
  });
});

describe('a step that fails', () => {
  it('says its exit code, the first lines and the last', async () => {
    const script = 'for (let i = 1; i <= 100; i++) console.log("line " + i); process.exitCode = 3';
    const failure = runStep({
      title: 'Build',
      file: process.execPath,
      args: ['-e', script],
      cwd: createFolder(),
      env: process.env,
    });
    await expect(failure).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringMatching(
        /^Build failed .* exit code 3[^]*\| line 1\n[^]*\| line 100$/,
      ) as string,
    });
  });

  it('says what could not be started', async () => {
    const failure = runStep({
      title: 'Build',
      file: join(createFolder(), 'no-such-program'),
      args: [],
      cwd: createFolder(),
      env: process.env,
    });
    await expect(failure).rejects.toMatchObject({
      exitCode: 69,
      message: expect.stringContaining('no-such-program') as string,
    });
  });
});

describe('signals', () => {
  const script = `
    const { runToEnd, watchSignals } = await import(process.argv[1]);
    watchSignals();
    const child = 'process.on("SIGINT", () => { console.log("asked"); setTimeout(() => process.exit(7), 50); });' +
      'setInterval(() => {}, 1000); console.log("up " + process.pid)';
    process.exitCode = await runToEnd({
      file: process.execPath, args: ['-e', child], cwd: process.cwd(), env: process.env,
    });`;

  it('reach the child once each, and its exit code comes back', async () => {
    const parent = spawn(
      process.execPath,
      ['--input-type=module', '-e', script, join(setup, 'child-process.mjs')],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let output = '';
    parent.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (!output.startsWith('up') || parent.killed) return;
      // As from a terminal and from npm: twice in a row.
      parent.kill('SIGINT');
      parent.kill('SIGINT');
    });
    const [code] = (await once(parent, 'close')) as [number];
    expect(code).toBe(7);
    expect(output.match(/asked/g)).toHaveLength(1);
    const child = Number(/^up (\d+)/.exec(output)?.[1]);
    expect(() => process.kill(child, 0)).toThrow('ESRCH');
  });
});
