import { link, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import type { RunnerContainer } from '@wasmwhisk/runner';
import { eachForm, type CaseContext } from '../case-context.js';
import type { Harness } from '../harness.js';

/** Operations of the guest `directory`. */
const operations = { read: 0, write: 1, symlink: 2, remove: 3, link: 4, renameOut: 5 } as const;

/** Descriptors of the two directories of these cases, in the order of their grants. */
const readOnly = 3;
const readWrite = 4;

interface Place {
  /** Granted read-only; holds `hello.txt` and links that lead out. */
  readonly fixed: string;
  /** Granted for writing. */
  readonly open: string;
  /** Beside them, granted to nobody; holds `secret.txt`. */
  readonly outside: string;
}

/** Preopened directories, and no way out of them. */
export function directoryCases(context: CaseContext): void {
  if (!context.declares('directories')) return;
  describe('directories', () => {
    eachForm(context, 'reads a file', 'directory', async (file, _form, harness) => {
      const { container } = await grant(harness, file);
      expect(await use(harness, container, 'read', readOnly, 'hello.txt')).toEqual([0, 'hello']);
      expect(await use(harness, container, 'read', readOnly, 'inner/../hello.txt')).toEqual([
        0,
        'hello',
      ]);
      expect(await use(harness, container, 'read', readOnly, 'inner/deep.txt')).toEqual([
        0,
        'deep',
      ]);
    });

    eachForm(
      context,
      'writes a file that later runs and the host see',
      'directory',
      async (file, _form, harness) => {
        const { container, place } = await grant(harness, file);
        expect(await use(harness, container, 'write', readWrite, 'new.txt')).toEqual([0, '']);
        const text = 'written by the guest';
        expect(await use(harness, container, 'read', readWrite, 'new.txt')).toEqual([0, text]);
        expect(await readFile(join(place.open, 'new.txt'), 'utf8')).toBe(text);
        expect(await use(harness, container, 'remove', readWrite, 'new.txt')).toEqual([0, '']);
        const [errno] = await use(harness, container, 'read', readWrite, 'new.txt');
        expect(errno).not.toBe(0);
      },
    );

    eachForm(
      context,
      'changes nothing in a read-only directory',
      'directory',
      async (file, _form, harness) => {
        const { container, place } = await grant(harness, file);
        for (const operation of ['write', 'symlink', 'remove', 'link'] as const) {
          const [errno] = await use(harness, container, operation, readOnly, 'hello.txt');
          expect([operation, errno]).not.toEqual([operation, 0]);
        }
        expect(await readFile(join(place.fixed, 'hello.txt'), 'utf8')).toBe('hello');
      },
    );

    eachForm(context, 'lets no path lead out', 'directory', async (file, _form, harness) => {
      const { container, place } = await grant(harness, file);
      for (const path of [
        '../outside/secret.txt',
        'inner/../../outside/secret.txt',
        'inner/../../../../../../../../etc/passwd',
        './../outside/secret.txt',
        '/etc/passwd',
        join(place.outside, 'secret.txt'),
        'link-out',
        'directory-out/secret.txt',
        'absolute-out',
        'chain-out',
      ]) {
        const [errno, text] = await use(harness, container, 'read', readOnly, path);
        expect([path, errno]).not.toEqual([path, 0]);
        expect(text).toBe('');
      }
      for (const path of ['../outside/new.txt', join(place.outside, 'new.txt'), 'link-out'])
        expect((await use(harness, container, 'write', readWrite, path))[0]).not.toBe(0);
      expect(await readFile(join(place.outside, 'secret.txt'), 'utf8')).toBe('secret');
    });

    eachForm(
      context,
      'lets no link of the guest lead out',
      'directory',
      async (file, _form, harness) => {
        const { container, place } = await grant(harness, file);
        for (const target of ['../outside/secret.txt', '/etc/passwd', '..']) {
          // Making the link may be refused; following it must be.
          await use(harness, container, 'symlink', readWrite, target);
          const through = target === '..' ? 'link/outside/secret.txt' : 'link';
          const [errno] = await use(harness, container, 'read', readWrite, through);
          expect([target, errno]).not.toEqual([target, 0]);
          await rm(join(place.open, 'link'), { force: true });
        }
        const [errno] = await use(harness, container, 'link', readWrite, '../outside/secret.txt');
        expect(errno).not.toBe(0);
      },
    );

    eachForm(context, 'lets nothing be moved out', 'directory', async (file, _form, harness) => {
      const { container, place } = await grant(harness, file);
      await writeFile(join(place.open, 'mine.txt'), 'mine');
      const [errno] = await use(harness, container, 'renameOut', readWrite, 'mine.txt');
      expect(errno).not.toBe(0);
      expect(await readFile(join(place.open, 'mine.txt'), 'utf8')).toBe('mine');
    });

    eachForm(
      context,
      'gives nothing that was not granted',
      'directory',
      async (file, _form, harness) => {
        const container = await harness.container(file);
        for (const fd of [3, 4, 5])
          expect((await use(harness, container, 'read', fd, 'hello.txt'))[0]).not.toBe(0);
      },
    );
  });
}

/** A container that is granted a read-only directory (descriptor 3) and an open one (descriptor 4). */
async function grant(
  harness: Harness,
  file: string,
): Promise<{ container: RunnerContainer; place: Place }> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'wasmwhisk-conformance-')));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const place: Place = {
    fixed: join(root, 'fixed'),
    open: join(root, 'open'),
    outside: join(root, 'outside'),
  };
  for (const directory of [join(place.fixed, 'inner'), place.open, place.outside])
    await mkdir(directory, { recursive: true });
  await writeFile(join(place.outside, 'secret.txt'), 'secret');
  await writeFile(join(place.fixed, 'hello.txt'), 'hello');
  await writeFile(join(place.fixed, 'inner', 'deep.txt'), 'deep');
  for (const directory of [place.fixed, place.open])
    await symlink('../outside/secret.txt', join(directory, 'link-out'));
  await symlink('../outside', join(place.fixed, 'directory-out'));
  await symlink(join(place.outside, 'secret.txt'), join(place.fixed, 'absolute-out'));
  await symlink('inner/../link-out', join(place.fixed, 'chain-out'));
  await link(join(place.fixed, 'hello.txt'), join(place.fixed, 'also-hello.txt'));
  const container = await harness.container(file, {
    directories: [
      { hostPath: place.fixed, guestPath: '/fixed', access: 'read-only' },
      { hostPath: place.open, guestPath: '/open', access: 'read-write' },
    ],
  });
  return { container, place };
}

/** One operation in a run of its own: errno and, after reading, the text. */
async function use(
  harness: Harness,
  container: RunnerContainer,
  operation: keyof typeof operations,
  descriptor: number,
  path: string,
): Promise<readonly [errno: number, text: string]> {
  const number = operations[operation] * 10 + descriptor;
  const { json } = await harness.run(container, {
    input: `{"do":${String(number)},"path":"${path}"}`,
  });
  const { errno, text } = JSON.parse(String(json)) as { errno: number; text: string };
  return [errno, text];
}
