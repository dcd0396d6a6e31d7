import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, it, onTestFinished } from 'vitest';
import { toErrno } from './errno.js';
import { HostDescriptors } from './host-descriptors.js';
import { openPreopens } from './preopens.js';

/** Swaps `inside/swapped` between a directory and links that lead out, as fast as it can. */
const swapperSource = `
  const { renameSync, symlinkSync, unlinkSync } = require('node:fs');
  const { workerData: { inside, stop } } = require('node:worker_threads');
  const flag = new Int32Array(stop);
  const at = inside + '/swapped', aside = inside + '/aside';
  const targets = ['../outside', inside + '/../outside'];
  for (let turn = 0; Atomics.load(flag, 0) === 0; turn += 1) {
    renameSync(at, aside);
    symlinkSync(targets[turn % 2], at);
    unlinkSync(at);
    renameSync(aside, at);
  }
`;

const reading = {
  follow: true,
  read: true,
  write: false,
  append: false,
  create: false,
  exclusive: false,
  truncate: false,
  directory: false,
};

it('cannot be led out by a directory that becomes a link while it is walked', () => {
  const base = mkdtempSync(join(tmpdir(), 'wasmwhisk-race-'));
  const inside = join(base, 'inside');
  for (const [directory, text] of [
    [join(inside, 'swapped'), 'inside'],
    [join(base, 'outside'), 'SECRET'],
  ] as const) {
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'file.txt'), text);
  }
  const stop = new SharedArrayBuffer(4);
  const swapper = new Worker(swapperSource, { eval: true, workerData: { inside, stop } });
  const descriptors = new HostDescriptors();
  onTestFinished(async () => {
    Atomics.store(new Int32Array(stop), 0, 1);
    await new Promise((resolve) => swapper.once('exit', resolve));
    descriptors.close();
    rmSync(base, { recursive: true });
  });
  const preopens = [{ hostPath: inside, guestPath: '.', access: 'read-write' }] as const;
  const root = openPreopens(preopens, descriptors)[0]?.directory;
  if (root === undefined) throw new Error('Nothing was opened.');

  const seen = new Map<string, number>();
  const count = (what: string): void => {
    seen.set(what, (seen.get(what) ?? 0) + 1);
  };
  const attempt = (call: () => string): void => {
    try {
      count(call());
    } catch (error) {
      count(toErrno(error) ?? String(error));
    }
  };
  // By path the same walk leads out: without that, this test would prove nothing.
  let naiveEscapes = 0;
  const target = new Uint8Array(16);
  for (let turn = 0; turn < 3_000 || (naiveEscapes === 0 && turn < 300_000); turn += 1) {
    attempt(() => {
      const file = root.openAt('swapped/file.txt', reading);
      if (file.kind !== 'file') return 'directory';
      const length = file.read(target, 0n);
      file.close();
      return Buffer.from(target.subarray(0, length)).toString();
    });
    attempt(() => root.statAt('swapped/../swapped/file.txt', { follow: true }).type);
    attempt(() => {
      root.createLinkAt('x', `swapped/made${String(turn)}`);
      root.unlinkFileAt(`swapped/made${String(turn)}`);
      return 'made';
    });
    try {
      if (readFileSync(join(inside, 'swapped/file.txt'), 'utf8') === 'SECRET') naiveEscapes += 1;
    } catch {
      // Between two states there is nothing there.
    }
  }
  expect(naiveEscapes).toBeGreaterThan(0);
  expect(seen.get('SECRET')).toBeUndefined();
  expect(seen.get('inside')).toBeGreaterThan(0);
  expect(seen.get('EPERM')).toBeGreaterThan(0);
  expect(seen.get('made')).toBeGreaterThan(0);
  // A link when it was opened, a directory again when it was looked at, is ENOTDIR.
  const allowed = new Set(['ENOENT', 'ENOTDIR', 'EPERM', 'inside', 'made', 'regular-file']);
  expect([...seen.keys()].filter((what) => !allowed.has(what))).toEqual([]);
}, 60_000);
