import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { buildTar, type TarPart } from '../../test/intake-archives.js';
import { defaultIntakeLimits, type IntakeLimits } from './limits.js';
import { readTar } from './read-tar.js';

const limits: IntakeLimits = defaultIntakeLimits;

async function readAll(parts: readonly TarPart[]): Promise<readonly (readonly [string, string])[]> {
  const archive = await readTar(await buildTar(parts), limits);
  return archive.map((file) => [file.path, Buffer.from(file.read()).toString()]);
}

const refusal = (fault: string): unknown => expect.objectContaining({ fault });

describe('a gzip tar', () => {
  it('is unpacked in its own order, without folders', async () => {
    const long = `${'long-folder-name/'.repeat(12)}file`;
    expect(
      await readAll([
        { name: './', type: 'directory' },
        { name: './z.txt', content: 'z' },
        { name: 'sub', type: 'directory' },
        { name: 'sub/❄', content: 'x'.repeat(100_000) },
        { name: 'empty' },
        { name: long, content: 'deep' },
      ]),
    ).toEqual([
      ['z.txt', 'z'],
      ['sub/❄', 'x'.repeat(100_000)],
      ['empty', ''],
      [long, 'deep'],
    ]);
  });

  it.each<[string, string, TarPart[]]>([
    ['traversal', 'entry-name', [{ name: '../a', content: 'x' }]],
    ['an absolute path', 'entry-name', [{ name: '/a', content: 'x' }]],
    ['a deep name', 'entry-name', [{ name: `${'d/'.repeat(40)}a`, content: 'x' }]],
    ['a symbolic link', 'entry-type', [{ name: 'a', type: 'symlink' }]],
    ['a hard link', 'entry-type', [{ name: 'a', type: 'link' }]],
    ['a device', 'entry-type', [{ name: 'a', type: 'character-device' }]],
    ['a pipe', 'entry-type', [{ name: 'a', type: 'fifo' }]],
    ['the same file twice', 'archive-ambiguous', [{ name: 'a' }, { name: './a' }]],
    ['a file that is a folder', 'archive-ambiguous', [{ name: 'a' }, { name: 'a/b' }]],
  ])('is refused for %s', async (_case, fault, parts) => {
    const tail = { name: 'tail', content: 'x'.repeat(70_000) };
    await expect(readTar(await buildTar([...parts, tail]), limits)).rejects.toEqual(refusal(fault));
  });

  it('is refused when it is cut off or no tar', async () => {
    const whole = await buildTar([{ name: 'a', content: 'some text'.repeat(1000) }]);
    for (const bytes of [
      whole.subarray(0, 20),
      whole.subarray(0, whole.length - 4),
      gzipSync('no tar, but a text that is gzipped'),
      gzipSync(Buffer.alloc(2000, 'no tar')),
      Buffer.from([0x1f, 0x8b, 0x08, 1, 2, 3]),
    ])
      await expect(readTar(bytes, limits)).rejects.toEqual(refusal('archive-malformed'));
  });

  it('is refused when its files are too large together', async () => {
    const tar = await buildTar([
      { name: 'a', content: 'x'.repeat(600) },
      { name: 'b', content: 'x'.repeat(600) },
    ]);
    await expect(readTar(tar, { ...limits, unzippedBytes: 1000 })).rejects.toEqual(
      refusal('archive-limit'),
    );
  });

  it('is refused when it has too many entries', async () => {
    const tar = await buildTar(Array.from({ length: 30 }, (_, index) => ({ name: String(index) })));
    await expect(readTar(tar, { ...limits, entries: 29 })).rejects.toEqual(
      refusal('archive-limit'),
    );
  });

  it('is given up early when it is a bomb', async () => {
    const bomb = gzipSync(Buffer.alloc(100 * 1024 * 1024));
    const before = process.memoryUsage.rss();
    await expect(readTar(bomb, limits)).rejects.toEqual(refusal('archive-limit'));
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 1024 * 1024);
  });
});
