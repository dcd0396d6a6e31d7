import { describe, expect, it } from 'vitest';
import type { Archive } from './archive.js';
import { readDescriptor } from './descriptor.js';

function archiveWith(text: string | Buffer): Archive {
  const bytes = Buffer.from(text);
  return [{ path: 'wasmwhisk.json', size: bytes.length, read: () => bytes }];
}

describe('a descriptor', () => {
  it('is read as it stands', () => {
    const descriptor = {
      module: 'lib/add.wasm',
      main: 'add',
      directories: ['/data'],
      netAccess: true,
      runtime: 'v8',
    };
    expect(readDescriptor(archiveWith(JSON.stringify(descriptor)))).toEqual(descriptor);
    expect(readDescriptor(archiveWith('{}'))).toEqual({});
  });

  it('may be absent, and only the one at the top counts', () => {
    expect(readDescriptor([])).toBeUndefined();
    expect(
      readDescriptor([{ path: 'sub/wasmwhisk.json', size: 1, read: () => Buffer.from('x') }]),
    ).toBeUndefined();
  });

  it.each([
    ['{"modul": "a"}', /unknown key "modul"; did you mean "module"\?/],
    ['{"__proto__": 1}', /unknown key "__proto__"/],
    ['{"netAccess": "yes"}', /netAccess.*boolean/],
    ['{"directories": ["/a", 5]}', /directories\/1/],
    ['{"module": ""}', /module/],
    ['{', /not JSON/],
    ['[]', /not a JSON object/],
    ['null', /not a JSON object/],
    [Buffer.from([0x7b, 0xff, 0x7d]), /UTF-8/],
    [' '.repeat(70_000), /longer/],
  ])('is refused with a reason: %s', (text, reason) => {
    expect(() => readDescriptor(archiveWith(text))).toThrow(
      expect.objectContaining({
        fault: 'descriptor-invalid',
        message: expect.stringMatching(reason) as string,
      }),
    );
  });
});
