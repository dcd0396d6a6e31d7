import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import { removeTree } from './remove-tree.js';

describe('removeTree', () => {
  it('does nothing when there is nothing', async () => {
    await expect(removeTree(path.join(tmpdir(), 'there-is-no-such-folder'))).resolves.toBe(
      undefined,
    );
  });

  it('removes what lies deeper than any path reaches, and follows no link', async () => {
    const outside = mkdtempSync(path.join(tmpdir(), 'remove-tree-test-'));
    writeFileSync(path.join(outside, 'kept'), '');
    const folder = mkdtempSync(path.join(tmpdir(), 'remove-tree-test-'));
    const name = 'd'.repeat(200);
    for (let depth = 0; depth < 60; depth += 1) {
      // From the inside out: what is there already goes below a new folder.
      const next = path.join(folder, 'next');
      mkdirSync(next);
      writeFileSync(path.join(next, 'file'), '');
      symlinkSync(outside, path.join(next, 'link'));
      if (depth > 0) renameSync(path.join(folder, name), path.join(next, name));
      renameSync(next, path.join(folder, name));
    }
    await removeTree(folder);
    expect(existsSync(folder)).toBe(false);
    expect(existsSync(path.join(outside, 'kept'))).toBe(true);
    await removeTree(outside);
  });

  it.skipIf(process.platform !== 'linux')(
    'removes nothing outside while folders are swapped for links',
    async () => {
      const outside = mkdtempSync(path.join(tmpdir(), 'remove-tree-test-'));
      onTestFinished(() => {
        rmSync(outside, { recursive: true });
      });
      mkdirSync(path.join(outside, 'kept'));
      for (let file = 0; file < 50; file += 1)
        writeFileSync(path.join(outside, 'kept', String(file)), '');
      for (let round = 0; round < 3; round += 1) {
        const folder = mkdtempSync(path.join(tmpdir(), 'remove-tree-test-'));
        const swapping = new Worker(swapper, { eval: true, workerData: { folder, outside } });
        await once(swapping, 'message');
        try {
          await removeTree(folder);
        } catch {
          // Whoever swaps on and on is given up at last; nothing but that folder may suffer.
        }
        await swapping.terminate();
        await removeTree(folder);
        expect(readdirSync(path.join(outside, 'kept'))).toHaveLength(50);
        expect(existsSync(folder)).toBe(false);
      }
    },
    30_000,
  );
});

/** Makes folders below `folder`, and keeps exchanging each with a link that leads out. */
const swapper = `
const { mkdirSync, renameSync, symlinkSync, writeFileSync } = require('node:fs');
const { parentPort, workerData: { folder, outside } } = require('node:worker_threads');
const places = Array.from({ length: 20 }, (_, index) => folder + '/' + index);
const attempt = (work) => { try { work(); } catch {} };
for (const place of places) {
  mkdirSync(place + '/kept', { recursive: true });
  for (let file = 0; file < 50; file += 1) writeFileSync(place + '/kept/' + file, '');
  symlinkSync(outside, place + '.link');
}
parentPort.postMessage('ready');
for (const end = Date.now() + 300; Date.now() < end;)
  for (const place of places) {
    attempt(() => renameSync(place, place + '.aside'));
    attempt(() => renameSync(place + '.link', place));
    attempt(() => renameSync(place, place + '.link'));
    attempt(() => renameSync(place + '.aside', place));
  }
`;
