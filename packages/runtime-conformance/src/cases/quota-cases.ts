import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished } from 'vitest';
import type { RunnerContainer } from '@wasmwhisk/runner';
import { eachForm, inOneForm, type CaseContext } from '../case-context.js';
import type { Harness } from '../harness.js';

/** Operations of the guest `fill-directory`. */
const operations = {
  fill: 0,
  append: 1,
  fillRenumbered: 2,
  fillNameless: 3,
  setSize: 4,
  seek: 5,
  writeFar: 6,
  makeDirectories: 7,
  makeLinks: 8,
  overwrite: 9,
  moveToOther: 10,
} as const;

const dquot = 19;
const xdev = 75;
/** What an entry counts beside its content, and what the guest writes at once. */
const pieceBytes = 4096;
/** Descriptor of the directory that has a limit. */
const limited = 3;
/** Descriptor of another with another limit. */
const other = 4;
/** A last file and ten pieces. */
const limitBytes = 11 * pieceBytes;

/** How much a directory may hold, whatever a guest does; and that nothing in one takes a thread. */
export function quotaCases(context: CaseContext): void {
  if (!context.declares('directories')) return;
  describe('directories with a limit', () => {
    for (const operation of ['fill', 'append', 'fillRenumbered'] as const)
      eachForm(
        context,
        `takes what fits and then fails with EDQUOT: ${operation}`,
        'fill-directory',
        async (file, _form, harness) => {
          const { container, folder } = await grant(harness, file);
          expect(await use(harness, container, operation, 'file')).toEqual([dquot, 10]);
          expect((await stat(join(folder, 'file'))).size).toBe(10 * pieceBytes);
          // A later run of the same container knows it too.
          expect(await use(harness, container, operation, 'second')).toEqual([dquot, 0]);
        },
      );

    eachForm(
      context,
      'counts what lies there before, and each directory for itself',
      'fill-directory',
      async (file, _form, harness) => {
        const { container, folder } = await grant(harness, file);
        await mkdir(join(folder, 'inner'));
        await writeFile(join(folder, 'inner', 'old'), Buffer.alloc(3 * pieceBytes));
        expect(await use(harness, container, 'fill', 'file')).toEqual([dquot, 5]);
        expect(await use(harness, container, 'fill', 'file', other)).toEqual([dquot, 20]);
      },
    );

    for (const operation of ['setSize', 'seek', 'writeFar'] as const)
      eachForm(
        context,
        `counts holes: ${operation}`,
        'fill-directory',
        async (file, _form, harness) => {
          const { container, folder } = await grant(harness, file);
          expect(await use(harness, container, operation, 'file')).toEqual([dquot, 1]);
          expect((await stat(join(folder, 'file'))).size).toBe(0);
          expect(await use(harness, container, 'fill', 'file')).toEqual([dquot, 10]);
        },
      );

    eachForm(
      context,
      'counts entries without content, and every name of a file',
      'fill-directory',
      async (file, _form, harness) => {
        const { container } = await grant(harness, file);
        expect(await use(harness, container, 'makeDirectories', './')).toEqual([dquot, 11]);
        const next = await grant(harness, file);
        await writeFile(join(next.folder, 'file'), Buffer.alloc(2 * pieceBytes));
        expect(await use(harness, next.container, 'makeLinks', 'file')).toEqual([dquot, 2]);
      },
    );

    eachForm(
      context,
      'has room again when something was removed',
      'fill-directory',
      async (file, _form, harness) => {
        const { container, folder } = await grant(harness, file);
        expect(await use(harness, container, 'fill', 'file')).toEqual([dquot, 10]);
        await rm(join(folder, 'file'));
        await expect
          .poll(() => use(harness, container, 'fill', 'file'), { timeout: 5000, interval: 50 })
          .toEqual([dquot, 10]);
      },
    );

    eachForm(
      context,
      'writes over what is there, however full it is',
      'fill-directory',
      async (file, _form, harness) => {
        const { container } = await grant(harness, file);
        expect(await use(harness, container, 'fill', 'file')).toEqual([dquot, 10]);
        expect(await use(harness, container, 'overwrite', 'file')).toEqual([0, 1000]);
      },
    );

    eachForm(
      context,
      'counts a file whose name was removed, until it is closed',
      'fill-directory',
      async (file, _form, harness) => {
        const { container } = await grant(harness, file);
        const [errno, count] = await use(harness, container, 'fillNameless', 'file');
        expect(errno).toBe(dquot);
        // Whether the removed name still counts is left open.
        expect(count).toBeGreaterThanOrEqual(9);
        expect(count).toBeLessThanOrEqual(11);
      },
    );

    eachForm(
      context,
      'lets nothing be moved into another directory with a limit, as across file systems',
      'fill-directory',
      async (file, _form, harness) => {
        const { container, folder } = await grant(harness, file);
        await writeFile(join(folder, 'file'), 'text');
        expect(await use(harness, container, 'moveToOther', 'file')).toEqual([xdev, 0]);
        expect((await stat(join(folder, 'file'))).size).toBe(4);
      },
    );

    inOneForm(
      context,
      'keeps the limit when runs write at once',
      'fill-directory',
      async (file, _form, harness) => {
        const { container, folder } = await grant(harness, file, 100 * pieceBytes);
        const runs = ['a', 'b', 'c', 'd'].map((name) => use(harness, container, 'fill', name));
        for (const [errno] of await Promise.all(runs)) expect(errno).toBe(dquot);
        const sizes = await Promise.all(
          ['a', 'b', 'c', 'd'].map((name) => sizeOf(join(folder, name))),
        );
        const sum = sizes.reduce((total, size) => total + size, 0);
        expect(sum).toBeLessThanOrEqual(100 * pieceBytes * runsApart(context));
      },
    );

    inOneForm(
      context,
      'lets no pipe in a directory hold a thread',
      'directory',
      async (file, _form, harness) => {
        const { container, folder } = await grant(harness, file);
        await promisify(execFile)('mkfifo', [join(folder, 'pipe')]);
        await writeFile(join(folder, 'text.txt'), 'text');
        // The guest's operation 0 is to read.
        const input = (path: string) => `{"do":${String(limited)},"path":"${path}"}`;
        const reading = (path: string) =>
          harness.observe(container, { input: input(path), timeoutMs: 10_000 });
        const observed = await Promise.all(Array.from({ length: 40 }, () => reading('pipe')));
        for (const { error } of observed) expect(error).toBeUndefined();
        expect((await reading('text.txt')).result?.json).toBe('{"errno":0,"text":"text"}');
      },
    );
  });
}

/** Runs on several worker threads learn of each other only when they measure. */
function runsApart(context: CaseContext): number {
  return context.options.threading === 'pooled' ? 2 : 1;
}

/** 0 where there is no file: there may have been no room even for its name. */
async function sizeOf(path: string): Promise<number> {
  return existsSync(path) ? (await stat(path)).size : 0;
}

async function grant(
  harness: Harness,
  file: string,
  bytesMax = limitBytes,
): Promise<{ container: RunnerContainer; folder: string }> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'wasmwhisk-conformance-')));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const folder = join(root, 'limited');
  const second = join(root, 'other');
  await mkdir(folder);
  await mkdir(second);
  const container = await harness.container(file, {
    directories: [
      { hostPath: folder, guestPath: '/limited', access: 'read-write', bytesMax },
      {
        hostPath: second,
        guestPath: '/other',
        access: 'read-write',
        bytesMax: 21 * pieceBytes,
      },
    ],
  });
  return { container, folder };
}

/** One operation in a run of its own: the last errno, and how many steps went well. */
async function use(
  harness: Harness,
  container: RunnerContainer,
  operation: keyof typeof operations,
  path: string,
  descriptor = limited,
): Promise<readonly [errno: number, count: number]> {
  const number = operations[operation] * 10 + descriptor;
  const { json } = await harness.run(container, {
    input: `{"do":${String(number)},"path":"${path}"}`,
  });
  const { errno, count } = JSON.parse(String(json)) as { errno: number; count: number };
  return [errno, count];
}
