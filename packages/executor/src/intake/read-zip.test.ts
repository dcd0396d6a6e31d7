import { describe, expect, it } from 'vitest';
import { buildZip, type ZipPart } from '../../test/intake-archives.js';
import { defaultIntakeLimits } from './limits.js';
import { readZip } from './read-zip.js';

const text = 'a text that is long enough to be worth compressing, compressing, compressing';

function readAll(...parts: readonly ZipPart[]): readonly (readonly [string, string])[] {
  return readZip(buildZip(parts), defaultIntakeLimits).map((file) => [
    file.path,
    Buffer.from(file.read()).toString(),
  ]);
}

describe('a zip is unpacked', () => {
  it('stored, deflated and empty, in its own order, without folders', () => {
    expect(
      readAll(
        { name: 'z', content: text },
        { name: 'sub/', mode: 0o040755 },
        { name: 'sub/❄', content: text, method: 0 },
        { name: 'a' },
      ),
    ).toEqual([
      ['z', text],
      ['sub/❄', text],
      ['a', ''],
    ]);
  });

  it('without what macOS leaves beside the files', () => {
    expect(readAll({ name: 'a', content: 'x' }, { name: '__MACOSX/._a', content: 'x' })).toEqual([
      ['a', 'x'],
    ]);
  });

  it('whatever its entries are called', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    expect(readAll(...names.map((name) => ({ name, content: name })))).toEqual(
      names.map((name) => [name, name]),
    );
  });
});

describe('an entry that is not what it declares is refused:', () => {
  it.each<[string, ZipPart]>([
    ['larger', { name: 'a', content: text, unpackedBytes: text.length - 1 }],
    ['smaller', { name: 'a', content: text, unpackedBytes: text.length + 1 }],
    ['another content', { name: 'a', content: text, crc: 1 }],
    ['another stored content', { name: 'a', content: text, method: 0, crc: 1 }],
    ['no deflated data', { name: 'a', packed: Buffer.alloc(20, 0xff), content: text, method: 8 }],
    ['a bomb behind a small size', { name: 'a', content: Buffer.alloc(1e6), unpackedBytes: 10 }],
  ])('%s', (_case, part) => {
    expect(() => readAll(part)).toThrow(expect.objectContaining({ fault: 'archive-malformed' }));
  });
});
