import { describe, expect, it } from 'vitest';
import { emptyModule } from '../../test/intake-archives.js';
import type { Archive } from './archive.js';
import { chooseEntry } from './choose-entry.js';

/** Files that end with `.txt` or `!` are no modules. */
function archiveOf(...names: readonly string[]): Archive {
  return names.map((name) => {
    const bytes = /(\.txt|!)$/.test(name) ? Buffer.from('text') : emptyModule;
    return { path: name.replace('!', ''), size: bytes.length, read: () => bytes };
  });
}

function choose(
  names: readonly string[],
  main = 'main',
  descriptor?: { module?: string; main?: string },
): readonly (string | undefined)[] {
  const { file, entry } = chooseEntry(archiveOf(...names), main, descriptor);
  return [file.path, entry];
}

describe('the entry of an archive', () => {
  it.each([
    ['the file part of main', ['a.wasm', 'other.wasm'], 'other.niam', 'other.wasm', 'niam'],
    ['all behind the first dot', ['a.wasm', 'other'], 'other.niam.xyz', 'other', 'niam.xyz'],
    ['a file in a folder', ['a.wasm', 'lib.d/b.wasm'], 'lib.d/b.run', 'lib.d/b.wasm', 'run'],
    ['a file that main names whole', ['a.wasm', 'b.wasm'], 'b.wasm', 'b.wasm', undefined],
    ['a file that main names without its ending', ['a.wasm', 'b.wasm'], 'b', 'b.wasm', undefined],
    ['exec', ['main.wasm', 'exec'], 'main', 'exec', undefined],
    ['main.wasm', ['index.wasm', 'main.wasm'], 'main', 'main.wasm', undefined],
    ['index.wasm', ['a.wasm', 'index.wasm'], 'main', 'index.wasm', undefined],
    ['the only .wasm', ['b.txt', 'sub/a.wasm', 'content'], 'main', 'sub/a.wasm', undefined],
    ['the first file', ['content', 'a.wasm', 'b.wasm'], 'main', 'content', undefined],
    ['an exec that is WebAssembly', ['exec!', 'main.wasm'], 'main', 'main.wasm', undefined],
  ])('is %s', (_case, names, main, file, entry) => {
    expect(choose(names, main)).toEqual([file, entry]);
  });

  it('calls the export that main names when it names no file', () => {
    expect(choose(['main.wasm'], 'niam')).toEqual(['main.wasm', 'niam']);
    expect(choose(['main.wasm'], 'a.b.c')).toEqual(['main.wasm', 'a.b.c']);
    expect(choose(['main.wasm'], '.niam')).toEqual(['main.wasm', '.niam']);
  });

  it('follows the descriptor, unless main says otherwise', () => {
    const descriptor = { module: 'b.wasm', main: 'run' };
    const names = ['exec', 'b.wasm', 'c.wasm'];
    expect(choose(names, 'main', descriptor)).toEqual(['b.wasm', 'run']);
    expect(choose(names, 'other', descriptor)).toEqual(['b.wasm', 'other']);
    expect(choose(names, 'c.go', descriptor)).toEqual(['c.wasm', 'go']);
  });

  it('is an error when the descriptor names a missing file', () => {
    expect(() => choose(['a.wasm'], 'main', { module: 'b.wasm' })).toThrow(
      expect.objectContaining({
        fault: 'module-missing',
        message: expect.stringContaining('"a.wasm"') as string,
      }),
    );
  });

  it.each([
    ['nothing', []],
    ['texts', ['a.txt', 'b.txt']],
    ['several modules behind a text', ['a.txt', 'b.wasm', 'c.wasm']],
  ])('is missing among %s, and the reason says what a zip must hold', (_case, names) => {
    expect(() => choose(names)).toThrow(
      expect.objectContaining({
        fault: 'no-module',
        message: expect.stringContaining('A zip must hold a WebAssembly module') as string,
      }),
    );
  });

  it('is what was probably meant when it is no WebAssembly, for the better reason', () => {
    expect(choose(['readme.txt', 'exec!'])).toEqual(['exec', undefined]);
    const elf = Buffer.from('\x7fELF');
    const archive: Archive = [{ path: 'content', size: 4, read: () => elf }];
    expect(chooseEntry(archive, 'main', undefined).file.path).toBe('content');
  });
});
