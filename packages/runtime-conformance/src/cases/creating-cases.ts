import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import { eachForm, formsOf, type CaseContext } from '../case-context.js';
import type { Harness } from '../harness.js';

const ok = 0;
const exist = 20;
const inval = 28;
const isdir = 31;
const noent = 44;
const notdir = 54;
const perm = 63;

/** Entries of the directory, and one that is not there; each is tried with a slash at its end too. */
const names = ['file', 'directory', 'to-file', 'to-directory', 'dangling', 'nothing'] as const;

/**
 * What each call of the guest `create` answers, in its order: for each name without and with a slash. As Linux
 * has it, through Wasmtime's host.
 */
const expected: readonly (readonly [call: string, answers: readonly number[]])[] = [
  ['mkdir', [exist, exist, exist, exist, exist, exist, exist, exist, exist, exist, ok, ok]],
  ['symlink', [exist, notdir, exist, exist, exist, notdir, exist, exist, exist, noent, ok, noent]],
  ['link', [exist, notdir, exist, exist, exist, notdir, exist, exist, exist, noent, ok, noent]],
  ['rename file', [ok, notdir, isdir, notdir, ok, notdir, ok, notdir, ok, notdir, ok, notdir]],
  [
    'rename directory',
    [notdir, notdir, ok, ok, notdir, notdir, notdir, notdir, notdir, notdir, ok, ok],
  ],
  ['open', [ok, isdir, isdir, isdir, ok, isdir, isdir, isdir, ok, isdir, ok, isdir]],
  ['open anew', [exist, isdir, exist, isdir, exist, isdir, exist, isdir, exist, isdir, ok, isdir]],
  ['link from', [ok, notdir, perm, perm, ok, notdir, ok, perm, ok, noent, noent, noent]],
  ['rename from', [ok, notdir, ok, ok, ok, notdir, ok, notdir, ok, notdir, noent, noent]],
  ['open directory', Array.from({ length: 12 }, () => inval)],
];

/** What makes something at a path, above all where it ends in a slash; and rights that a guest drops. */
export function creatingCases(context: CaseContext): void {
  if (!context.declares('directories')) return;
  describe('making things', () => {
    eachForm(
      context,
      'answers as Linux for every kind of entry, with a slash and without',
      'create',
      async (file, _form, harness) => {
        const seen: (readonly [string, readonly number[]])[] = [];
        for (const [number, [call]] of expected.entries()) {
          const answers: number[] = [];
          for (const path of names.flatMap((name) => [name, `${name}/`]))
            answers.push(await create(harness, file, number, path));
          seen.push([call, answers]);
        }
        expect(seen).toEqual(expected);
      },
    );

    // Rights are of preview 1 only; its adapter for components knows none.
    eachForm(
      formsOf(context, 'module'),
      'lets rights be dropped that were told, and not be taken back',
      'rights',
      async (file, _form, harness) => {
        const { container } = await grant(harness, file);
        // Dropping: 0, taking back: ENOTCAPABLE, reading: 0, and what is read is what is left.
        for (const fd of [0, 1, 2, 3])
          expect([fd, await harness.run(container, { input: `{"fd":${String(fd)}}` })]).toEqual([
            fd,
            { type: 'ok', json: '{"value":100760001}' },
          ]);
      },
    );
  });
}

async function create(
  harness: Harness,
  file: string,
  number: number,
  path: string,
): Promise<number> {
  const { container, root } = await grant(harness, file);
  const { json } = await harness.run(container, {
    input: `{"do":${String(number)},"path":"${path}"}`,
  });
  await harness.destroy(container);
  await rm(root, { recursive: true });
  return (JSON.parse(String(json)) as { value: number }).value;
}

async function grant(
  harness: Harness,
  file: string,
): Promise<{ container: Awaited<ReturnType<Harness['container']>>; root: string }> {
  const root = await mkdtemp(join(tmpdir(), 'wasmwhisk-conformance-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  await writeFile(join(root, 'file'), 'content');
  await mkdir(join(root, 'directory'));
  await symlink('file', join(root, 'to-file'));
  await symlink('directory', join(root, 'to-directory'));
  await symlink('not-there', join(root, 'dangling'));
  const container = await harness.container(file, {
    directories: [{ hostPath: root, guestPath: '/d', access: 'read-write' }],
  });
  return { container, root };
}
