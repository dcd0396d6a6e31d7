import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { buildZip, type ZipPart } from '../../test/intake-archives.js';
import { isIntakeError, type IntakeFault } from './intake-error.js';
import { defaultIntakeLimits, type IntakeLimits } from './limits.js';
import { scanZip } from './scan-zip.js';

function faultOf(zip: Buffer, limits: IntakeLimits = defaultIntakeLimits): IntakeFault {
  try {
    scanZip(zip, limits);
  } catch (error) {
    if (isIntakeError(error)) return error.fault;
    throw error;
  }
  throw new Error('the zip was accepted');
}

const hello: ZipPart = { name: 'hello.txt', content: 'hello' };

describe('a zip', () => {
  it('is listed with its files and folders', () => {
    const entries = scanZip(
      buildZip([hello, { name: 'sub/', mode: 0o040755 }, { name: 'sub/ü.txt', content: 'x' }]),
      defaultIntakeLimits,
    );
    expect(entries.map(({ path, unpackedBytes }) => [path, unpackedBytes])).toEqual([
      ['hello.txt', 5],
      [undefined, 0],
      ['sub/ü.txt', 1],
    ]);
  });

  it('may have a comment', () => {
    expect(
      scanZip(buildZip([hello], { comment: Buffer.from('made by hand') }), defaultIntakeLimits),
    ).toHaveLength(1);
  });

  it('may be empty', () => {
    expect(scanZip(buildZip([]), defaultIntakeLimits)).toEqual([]);
  });

  it('may have been written in one go, its sizes behind the data', () => {
    const streamed = buildZip([
      { ...hello, flags: 0x0808, local: { crc: 0, packedBytes: 0, unpackedBytes: 0 } },
    ]);
    expect(scanZip(streamed, defaultIntakeLimits)[0]?.unpackedBytes).toBe(5);
  });

  it('may have planned for large files', () => {
    const extra = Buffer.alloc(20);
    extra.writeUInt16LE(0x0001, 0);
    extra.writeUInt16LE(16, 2);
    extra.writeBigUInt64LE(5n, 4);
    extra.writeBigUInt64LE(BigInt(deflateRawSync('hello').length), 12);
    const unknown = 0xffffffff;
    const local = { packedBytes: unknown, unpackedBytes: unknown, extra };
    expect(scanZip(buildZip([{ ...hello, local }]), defaultIntakeLimits)).toHaveLength(1);
    extra.writeBigUInt64LE(6n, 4);
    expect(faultOf(buildZip([{ ...hello, local }]))).toBe('archive-ambiguous');
  });
});

describe('a zip that lies is refused:', () => {
  it.each<[string, ZipPart[]]>([
    ['another name before the data', [{ ...hello, local: { name: 'other.txt' } }]],
    ['another method before the data', [{ ...hello, local: { method: 0 } }]],
    ['another size before the data', [{ ...hello, local: { unpackedBytes: 6 } }]],
    ['another packed size before the data', [{ ...hello, local: { packedBytes: 6 } }]],
    ['another checksum before the data', [{ ...hello, local: { crc: 1 } }]],
    ['a stored file of two sizes', [{ ...hello, method: 0, unpackedBytes: 4 }]],
    ['a size without data', [{ ...hello, packed: Buffer.alloc(0) }]],
    ['a folder with content', [{ name: 'a/', content: 'x' }]],
    ['a folder by its mode alone', [{ name: 'a', mode: 0o040755 }]],
    ['the same file twice', [hello, hello]],
    ['a file that is a folder too', [hello, { name: 'hello.txt/inner', content: 'x' }]],
    ['the same file, spelled differently', [hello, { ...hello, name: './hello.txt' }]],
    ['two files of the same data', [hello, { ...hello, start: 0 }]],
  ])('%s', (_case, parts) => {
    expect(faultOf(buildZip(parts))).toBe('archive-ambiguous');
  });

  it('data within the data of another', () => {
    const inner = buildZip([{ name: 'inner', content: 'x', method: 0 }]);
    const outer: ZipPart = { name: 'outer', content: inner.subarray(0, 36), method: 0 };
    const zip = buildZip([outer, { name: 'inner', content: 'x', method: 0, start: 35 }]);
    expect(faultOf(zip)).toBe('archive-ambiguous');
  });

  it('something appended, where another end record could stand', () => {
    const zip = buildZip([hello]);
    expect(faultOf(Buffer.concat([zip, Buffer.from('appended')]))).toBe('archive-ambiguous');
    expect(faultOf(buildZip([hello], { comment: buildZip([]) }))).toBe('archive-malformed');
  });
});

describe('a zip that is unsafe is refused:', () => {
  it.each<[string, ZipPart]>([
    ['traversal', { name: '../../etc/passwd', content: 'x' }],
    ['an absolute path', { name: '/etc/passwd', content: 'x' }],
    ['a drive letter', { name: 'C:/windows/a', content: 'x' }],
    ['backslashes', { name: 'a\\..\\b', content: 'x' }],
    ['a NUL', { name: 'a\0.wasm', content: 'x' }],
    ['a folder that leads out', { name: '../a/' }],
    ['a name that is no UTF-8', { name: Buffer.from([0x66, 0x81, 0xff]), content: 'x' }],
  ])('%s in a name', (_case, part) => {
    expect(faultOf(buildZip([part]))).toBe('entry-name');
  });

  it.each([
    ['a symbolic link', 0o120777],
    ['a device', 0o060644],
    ['a pipe', 0o010644],
    ['a socket', 0o140644],
  ])('%s', (_case, mode) => {
    expect(faultOf(buildZip([{ name: 'a', content: '/etc/passwd', mode }]))).toBe('entry-type');
  });
});

describe('a zip in a form that is not read is refused:', () => {
  it.each<[string, Buffer]>([
    ['encryption', buildZip([{ ...hello, flags: 0x0801 }])],
    ['strong encryption', buildZip([{ ...hello, flags: 0x0840 }])],
    ['another compression', buildZip([{ ...hello, method: 12 }])],
    ['several volumes', buildZip([hello], { disk: 1 })],
    ['zip64 by the count', buildZip([hello], { entries: 0xffff })],
    ['zip64 by the place', buildZip([hello], { directoryStart: 0xffffffff })],
    ['zip64 by a size', buildZip([{ ...hello, unpackedBytes: 0xffffffff }])],
  ])('%s', (_case, zip) => {
    expect(faultOf(zip)).toBe('archive-unsupported');
  });

  it('a zip64 record before the end', () => {
    const zip = buildZip([hello]);
    const locator = Buffer.alloc(20);
    locator.writeUInt32LE(0x07064b50);
    const end = zip.length - 22;
    expect(faultOf(Buffer.concat([zip.subarray(0, end), locator, zip.subarray(end)]))).toBe(
      'archive-unsupported',
    );
  });
});

describe('a zip that is damaged is refused:', () => {
  it('cut off anywhere', () => {
    const zip = buildZip([hello, { name: 'b', content: 'b'.repeat(50) }]);
    for (let length = 0; length < zip.length; length += 1)
      expect(faultOf(zip.subarray(0, length))).toMatch(/^archive-(malformed|ambiguous)$/);
  });

  it.each<[string, Buffer]>([
    ['too many entries announced', buildZip([hello], { entries: 2 })],
    ['too few entries announced', buildZip([hello, { name: 'b' }], { entries: 1 })],
    ['the directory elsewhere', buildZip([hello], { directoryStart: 3 })],
    ['a directory too long', buildZip([hello], { directoryBytes: 4000 })],
    ['data beyond the directory', buildZip([{ ...hello, packedBytes: 4000 }])],
    ['no header before the data', buildZip([{ ...hello, local: { signature: 1 } }])],
    ['a header beyond the file', buildZip([{ ...hello, start: 0xfffffff0 }])],
  ])('%s', (_case, zip) => {
    expect(faultOf(zip)).toBe('archive-malformed');
  });
});

describe('limits of a zip', () => {
  it('count entries before anything else', () => {
    expect(faultOf(buildZip([], { entries: 5000 }))).toBe('archive-limit');
  });

  it('count the folders that names imply', () => {
    const parts = Array.from({ length: 200 }, (_, index) => ({
      name: `${String(index)}/${'d/'.repeat(30)}f`,
    }));
    expect(faultOf(buildZip(parts))).toBe('archive-limit');
  });

  it('stop one deep name in no time', () => {
    const zip = buildZip([{ name: 'a/'.repeat(32_000), content: '' }]);
    expect(zip.length).toBeGreaterThan(120_000);
    const started = performance.now();
    expect(faultOf(zip)).toBe('entry-name');
    expect(performance.now() - started).toBeLessThan(100);
  });

  it('stop a declared size above the whole', () => {
    const limits = { ...defaultIntakeLimits, unzippedBytes: 9, ratio: 1e9 };
    expect(faultOf(buildZip([hello, { ...hello, name: 'b' }]), limits)).toBe('archive-limit');
  });

  it('stop a bomb by its ratio, one file or many', () => {
    const bomb = { name: 'bomb', content: Buffer.alloc(2_000_000) };
    expect(faultOf(buildZip([bomb]))).toBe('archive-limit');
    const sparks = Array.from({ length: 60 }, (_, index) => ({
      name: String(index),
      content: Buffer.alloc(900_000),
    }));
    expect(faultOf(buildZip(sparks))).toBe('archive-limit');
  });

  it('let small files compress as well as they can', () => {
    const zip = buildZip([{ name: 'zeros', content: Buffer.alloc(500_000) }]);
    expect(scanZip(zip, defaultIntakeLimits)).toHaveLength(1);
  });
});
