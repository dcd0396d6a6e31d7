import AdmZip from 'adm-zip';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeZip } from './zip-writer.js';

function read(zip: Buffer): Map<string, Buffer> {
  return new Map(new AdmZip(zip).getEntries().map((entry) => [entry.entryName, entry.getData()]));
}

describe('writeZip', () => {
  it('is read back by another implementation, whatever the files hold', () => {
    const path = fc
      .array(fc.stringMatching(/^[a-z☃]{1,8}$/), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join('/'));
    const files = fc.uniqueArray(fc.record({ path, bytes: fc.uint8Array({ maxLength: 2000 }) }), {
      selector: (file) => file.path,
      maxLength: 10,
    });
    fc.assert(
      fc.property(files, (list) => {
        const found = read(writeZip(list));
        expect(found.size).toBe(list.length);
        for (const { path: name, bytes } of list)
          expect(found.get(name)?.equals(Buffer.from(bytes))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('deflates where that helps', () => {
    const long = Buffer.alloc(100_000, 'x');
    expect(writeZip([{ path: 'long', bytes: long }]).length).toBeLessThan(500);
  });

  it('gives the same bytes for the same files', () => {
    const files = [{ path: 'a', bytes: Buffer.from('one') }];
    expect(writeZip(files).equals(writeZip(files))).toBe(true);
  });

  it('gives files a mode that everybody may read', () => {
    const [entry] = new AdmZip(writeZip([{ path: 'a', bytes: Buffer.from('1') }])).getEntries();
    expect((entry?.attr ?? 0) >>> 16).toBe(0o100644);
  });
});
