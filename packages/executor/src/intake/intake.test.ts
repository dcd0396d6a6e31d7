import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import AdmZip from 'adm-zip';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  buildTar,
  buildZip,
  emptyModule,
  markedModule,
  type ZipPart,
} from '../../test/intake-archives.js';
import { isIntakeError, type IntakeError } from './intake-error.js';
import { takeCode, type TakenCode } from './intake.js';
import { defaultIntakeLimits, type IntakeLimits } from './limits.js';

let filesFolder = '';
beforeAll(() => {
  filesFolder = mkdtempSync(path.join(tmpdir(), 'wasmwhisk-test-'));
});
afterEach(() => {
  for (const name of readdirSync(filesFolder))
    rmSync(path.join(filesFolder, name), { recursive: true });
});
afterAll(() => {
  rmSync(filesFolder, { recursive: true });
});

interface Upload {
  readonly code: string | Uint8Array;
  readonly binary?: boolean;
  readonly main?: string;
  readonly limits?: Partial<IntakeLimits>;
}

async function take({ code, binary = true, main = 'main', limits }: Upload): Promise<TakenCode> {
  return takeCode({
    code: Uint8Array.from(Buffer.from(code)),
    binary,
    main,
    limits: { ...defaultIntakeLimits, ...limits },
    precompiledKeys: [],
    filesFolder,
  });
}

async function refusalOf(upload: Upload): Promise<IntakeError> {
  try {
    await take(upload);
  } catch (error) {
    if (isIntakeError(error)) return error;
    throw error;
  }
  throw new Error('the code was taken');
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const zipOf = (...parts: readonly ZipPart[]): string => base64(buildZip(parts));
const markOf = ({ artifact }: TakenCode): string | undefined =>
  artifact.description.format === 'module' ? artifact.description.customSections[0] : undefined;

describe('code is taken', () => {
  it('as a bare module or component, whatever binary says', async () => {
    const component = Buffer.from([0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00]);
    for (const binary of [true, false]) {
      const module = await take({ code: base64(emptyModule), binary });
      expect(module).toMatchObject({
        artifact: { description: { format: 'module' } },
        entry: undefined,
        entryFile: undefined,
        descriptor: undefined,
        files: { folder: undefined, count: 0, bytes: 0 },
      });
      const other = await take({ code: base64(component), binary });
      expect(other.artifact.description.format).toBe('component');
    }
  });

  it('with the export that main names', async () => {
    expect((await take({ code: base64(emptyModule), main: 'niam' })).entry).toBe('niam');
  });

  it('as a zip, with the other files laid down', async () => {
    const code = zipOf(
      { name: 'wasmwhisk.json', content: '{"main":"run","directories":["/data"]}' },
      { name: 'main.wasm', content: markedModule('one') },
      { name: 'sub/test.txt', content: 'hello' },
    );
    for (const binary of [true, false]) {
      const taken = await take({ code, binary });
      expect(taken).toMatchObject({
        entry: 'run',
        entryFile: 'main.wasm',
        descriptor: { main: 'run', directories: ['/data'] },
        files: { count: 1, bytes: 5 },
      });
      const folder = taken.files.folder ?? '';
      expect(readdirSync(folder)).toEqual(['sub']);
      expect(readFileSync(path.join(folder, 'sub/test.txt'), 'utf8')).toBe('hello');
    }
  });

  it('as a zip of two modules, of which main picks one', async () => {
    const code = zipOf(
      { name: 'one.wasm', content: markedModule('one') },
      { name: 'other.wasm', content: markedModule('two') },
    );
    const taken = await take({ code, main: 'other.niam' });
    expect(markOf(taken)).toBe('two');
    expect(taken.entry).toBe('niam');
    expect(taken.files.count).toBe(1);
  });

  it('as a zip that adm-zip wrote', async () => {
    const zip = new AdmZip();
    zip.addFile('exec', markedModule('exec'));
    zip.addFile('folder/file.txt', Buffer.from('x'.repeat(10_000)));
    const taken = await take({ code: base64(zip.toBuffer()) });
    expect(markOf(taken)).toBe('exec');
    expect(taken.files).toMatchObject({ count: 1, bytes: 10_000 });
  });

  it('as a gzip tar', async () => {
    const tar = await buildTar([
      { name: './index.wasm', content: markedModule('tar') },
      { name: './data/a.txt', content: 'a' },
    ]);
    const taken = await take({ code: base64(tar) });
    expect(markOf(taken)).toBe('tar');
    expect(taken.entryFile).toBe('index.wasm');
    expect(readFileSync(path.join(taken.files.folder ?? '', 'data/a.txt'), 'utf8')).toBe('a');
  });

  it('with line breaks in its base64', async () => {
    const code = `${base64(markedModule('lines')).replaceAll(/(.{4})/g, '$1\r\n')}\n`;
    expect(markOf(await take({ code }))).toBe('lines');
    expect(markOf(await take({ code, binary: false }))).toBe('lines');
  });

  it('as plain data whose artifact can be transferred', async () => {
    const taken = await take({ code: zipOf({ name: 'a', content: emptyModule, method: 0 }) });
    expect(taken.artifact.bytes.buffer.byteLength).toBe(emptyModule.length);
    const copy = structuredClone(taken, { transfer: [taken.artifact.bytes.buffer] });
    expect(copy.artifact.bytes).toHaveLength(emptyModule.length);
    expect(taken.codeDigest).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('code is refused', () => {
  const module = Buffer.concat([markedModule('m'), Buffer.from([0, 3, 1, 0xff, 0xfe])]);
  it.each<[string, Upload, string, RegExp]>([
    ['bad base64', { code: 'AGFz*bQ=' }, 'bad-base64', /position 4/],
    ['base64 cut off', { code: 'UEsDBBQ', binary: false }, 'bad-base64', /cut off/],
    ['garbage text', { code: 'function main() {}', binary: false }, 'plain-text', /SyntaxError/],
    ['base64 of text', { code: base64(Buffer.from('some text')) }, 'plain-text', /SyntaxError/],
    ['a module as text', { code: '(module)', binary: false }, 'wat-text', /wat2wasm/],
    ['nothing', { code: ' ' }, 'empty', /empty/],
    [
      'a raw module that wsk sent as text',
      { code: module.toString('utf8'), binary: false },
      'text-damaged',
      /zip/,
    ],
    [
      'a raw zip that was sent as text',
      {
        code: buildZip([{ name: 'a', content: Buffer.alloc(100, 0xf5) }]).toString('utf8'),
        binary: false,
      },
      'text-damaged',
      /base64/,
    ],
    [
      'a raw gzip that was sent as text',
      { code: Buffer.from([0x1f, 0x8b, 0x08, 0x00]).toString('utf8'), binary: false },
      'text-damaged',
      /gzip/,
    ],
    [
      'a precompiled file in a seed archive',
      { code: zipOf({ name: 'content', content: '\x7fELF\x02\x01' }) },
      'foreign-precompiled',
      /"content".*plain \.wasm/,
    ],
    [
      'a damaged module in a zip',
      { code: zipOf({ name: 'main.wasm', content: emptyModule.subarray(0, 5) }) },
      'malformed',
      /"main\.wasm"/,
    ],
    ['a zip without module', { code: zipOf({ name: 'a.txt' }) }, 'no-module', /must hold/],
    ['an empty zip', { code: zipOf() }, 'no-module', /must hold/],
    [
      'a cut zip',
      { code: zipOf({ name: 'a', content: 'x' }).slice(0, 40) },
      'archive-malformed',
      /cut/,
    ],
    [
      'code above the limit',
      { code: base64(emptyModule), limits: { codeBytes: 11 } },
      'code-too-long',
      /12 bytes/,
    ],
    [
      'a module above the limit',
      { code: base64(markedModule('m')), limits: { artifactBytes: 10 } },
      'artifact-too-large',
      /at most 10/,
    ],
    [
      'a packed module above the limit',
      {
        code: zipOf({ name: 'a.wasm', content: markedModule('m') }),
        limits: { artifactBytes: 10 },
      },
      'artifact-too-large',
      /at most 10/,
    ],
  ])('for %s', async (_case, upload, fault, reason) => {
    const error = await refusalOf(upload);
    expect(error.fault).toBe(fault);
    expect(error.message).toMatch(reason);
    expect(error.stage).toBe(fault === 'bad-base64' ? 'decode' : 'content');
    expect(readdirSync(filesFolder)).toEqual([]);
  });

  it('with nothing left behind when a later file is damaged', async () => {
    const code = zipOf(
      { name: 'main.wasm', content: emptyModule },
      { name: 'a.txt', content: 'fine' },
      { name: 'b.txt', content: 'damaged', crc: 1 },
    );
    expect((await refusalOf({ code })).fault).toBe('archive-malformed');
    expect(readdirSync(filesFolder)).toEqual([]);
  });
});

describe('whatever the bytes of an archive', () => {
  const zip = buildZip([
    { name: 'main.wasm', content: markedModule('main') },
    { name: 'sub/', mode: 0o040755 },
    { name: 'sub/a.txt', content: 'x'.repeat(1000) },
    { name: 'b', content: 'stored', method: 0, flags: 0x0808 },
  ]);
  // Small limits show whether they hold: a changed size could be anything.
  const limits = { unzippedBytes: 100_000, entries: 100 };

  async function takeOrRefuse(bytes: Uint8Array): Promise<void> {
    try {
      const { files, artifact } = await take({ code: base64(bytes), limits });
      expect(files.bytes + artifact.bytes.length).toBeLessThanOrEqual(limits.unzippedBytes);
    } catch (error) {
      if (!isIntakeError(error)) throw error;
    }
  }

  const changesOf = (length: number): fc.Arbitrary<{ at: number; value: number }[]> =>
    fc.array(
      fc.record({ at: fc.nat({ max: length - 1 }), value: fc.constantFrom(0, 1, 2, 47, 92, 255) }),
      { minLength: 1, maxLength: 4 },
    );

  it('a changed zip is taken within the limits or refused', async () => {
    await fc.assert(
      fc.asyncProperty(changesOf(zip.length), async (changes) => {
        const bytes = Uint8Array.from(zip);
        for (const { at, value } of changes) bytes[at] = value;
        await takeOrRefuse(bytes);
      }),
      { numRuns: 1500 },
    );
  });

  it('random bytes behind a zip signature are refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        await takeOrRefuse(Uint8Array.from([0x50, 0x4b, 3, 4, ...bytes]));
      }),
    );
  });

  it('a changed or cut gzip tar is taken within the limits or refused', async () => {
    const tar = await buildTar([
      { name: 'main.wasm', content: markedModule('main') },
      { name: 'a.txt', content: 'x'.repeat(2000) },
    ]);
    await fc.assert(
      fc.asyncProperty(changesOf(tar.length), fc.nat(tar.length), async (changes, length) => {
        const bytes = Uint8Array.from(tar);
        for (const { at, value } of changes) bytes[at] = value;
        await takeOrRefuse(bytes);
        await takeOrRefuse(tar.subarray(0, length));
      }),
      { numRuns: 300 },
    );
  });

  it('nested archives are not unpacked', async () => {
    const error = await refusalOf({ code: zipOf({ name: 'main.wasm', content: zip }) });
    expect(error.message).toContain('zip archive');
  });
});
