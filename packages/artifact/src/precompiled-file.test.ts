import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assemble, componentOf } from '../test/assemble.js';
import { isArtifactError, type ArtifactError } from './artifact-error.js';
import {
  buildPrecompiledFile,
  openPrecompiledFile,
  readPrecompiledClaims,
  type OpenedPrecompiledFile,
} from './precompiled-file.js';
import { formatPrecompiledKey, publicBytesOf } from './precompiled-key.js';
import { isPrecompiledFile } from './precompiled-magic.js';
import { readArtifact } from './read-artifact.js';

const original = readArtifact(
  assemble(`(module
    (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
    (import "env" "table" (table 1 9 funcref))
    (import "env" "counter" (global (mut i64)))
    (import "env" "thrown" (tag))
    (memory (export "memory") 1 4)
    (table 3 funcref)
    (func (export "_start")))`),
);
const engine = {
  runtime: 'wasmtime',
  engine: 'wasmtime 48.0.8',
  target: 'x86_64-unknown-linux-gnu',
  settings: 'ab12',
};
const code = Uint8Array.from(Buffer.from('native code'));
const content = { engine, code, original, createdBy: 'wasmwhisk 0.1.0' };
const key = generateKeyPairSync('ed25519').privateKey;
const lineOf = (of: KeyObject): string => formatPrecompiledKey(publicBytesOf(of));
const signer = lineOf(key);
const trusted = [signer];
const file = buildPrecompiledFile(content, key);

/** Offsets of the parts, which `docs/design/006-precompiled-code.md` names. */
const manifestStart = 52;
const codeStart = file.length - 64 - code.length;

function refusalOf(bytes: Uint8Array, keys: readonly string[] = trusted): ArtifactError {
  try {
    openPrecompiledFile(bytes, keys);
  } catch (error) {
    if (isArtifactError(error)) return error;
    throw error;
  }
  throw new Error('the file was opened');
}

/** A file with another manifest, signed as its signer would: what a faulty writer makes. */
function resign(manifest: Uint8Array): Uint8Array {
  const header = Buffer.from(file.subarray(0, manifestStart));
  header.writeUInt32LE(manifest.length, 12);
  const signed = Buffer.concat([header, manifest, code]);
  const digest = createHash('sha256').update(signed).digest();
  const domain = Buffer.from('wasmwhisk precompiled code, format 1\n');
  return Buffer.concat([signed, sign(null, Buffer.concat([domain, digest]), key)]);
}

const manifestText = Buffer.from(file.subarray(manifestStart, codeStart)).toString('utf8');

describe('a file of precompiled code', () => {
  it('gives back what was put in, when a trusted key signed it', () => {
    const opened = openPrecompiledFile(file, [
      lineOf(generateKeyPairSync('ed25519').privateKey),
      ...trusted,
    ]);
    const codeDigest = createHash('sha256').update(code).digest('hex');
    expect(opened).toStrictEqual({
      signer,
      manifest: {
        engine,
        description: original.description,
        originalDigest: original.digest,
        codeDigest,
        createdBy: 'wasmwhisk 0.1.0',
      },
      artifact: {
        digest: codeDigest,
        bytes: code,
        description: original.description,
        precompiled: engine,
      },
    } satisfies OpenedPrecompiledFile);
    expect(opened.artifact.bytes.buffer.byteLength).toBe(code.length);
  });

  it('keeps the description of a component', () => {
    const component = readArtifact(componentOf());
    const opened = openPrecompiledFile(
      buildPrecompiledFile({ ...content, original: component }, key),
      trusted,
    );
    expect(opened.artifact.description).toStrictEqual(component.description);
  });

  it('is the same for the same content', () => {
    expect(buildPrecompiledFile(content, key)).toEqual(file);
  });

  it('may lie anywhere in a buffer', () => {
    const larger = new Uint8Array(file.length + 20);
    larger.set(file, 7);
    const opened = openPrecompiledFile(larger.subarray(7, 7 + file.length), trusted);
    expect(opened.artifact.bytes).toEqual(code);
  });

  it('is recognised, and not taken as an artifact', () => {
    expect(isPrecompiledFile(file)).toBe(true);
    expect(isPrecompiledFile(original.bytes)).toBe(false);
    expect(() => readArtifact(file)).toThrow(
      expect.objectContaining({
        fault: 'precompiled-untrusted',
        message: expect.stringContaining('policy.precompiledKeys') as string,
      }) as Error,
    );
    const asText = Uint8Array.from(Buffer.from(Buffer.from(file).toString('utf8')));
    expect(() => readArtifact(asText)).toThrow(
      expect.objectContaining({ fault: 'text-damaged' }) as Error,
    );
  });

  it('tells what it claims, or that it is damaged, whatever was changed in it', () => {
    const changes = fc.array(
      fc.record({
        at: fc.integer({ min: manifestStart, max: codeStart - 1 }),
        value: fc.constantFrom(...Buffer.from('{}[]",:\\0e')),
      }),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(changes, (list) => {
        const changed = Uint8Array.from(file);
        for (const { at, value } of list) changed[at] = value;
        try {
          expect(readPrecompiledClaims(changed).signer).toBe(signer);
        } catch (error) {
          if (!isArtifactError(error)) throw error;
          expect(error.fault).toBe('precompiled-malformed');
        }
      }),
      { numRuns: 500 },
    );
  });

  it('tells what it claims, trusted or not', () => {
    const changed = Uint8Array.from(file);
    changed[codeStart] = 0;
    expect(readPrecompiledClaims(changed)).toMatchObject({
      signer,
      manifest: { engine, originalDigest: original.digest },
    });
  });
});

describe('a file is refused', () => {
  it('when no key is trusted, with the key that would have to be', () => {
    const error = refusalOf(file, []);
    expect(error.fault).toBe('precompiled-untrusted');
    expect(error.message).toContain(signer);
    expect(error.message).toContain('policy.precompiledKeys');
  });

  it('when it names a trusted key and another one signed it', () => {
    const other = generateKeyPairSync('ed25519').privateKey;
    const forged = buildPrecompiledFile(content, other);
    forged.set(publicBytesOf(key), 20);
    const error = refusalOf(forged);
    expect(error.fault).toBe('precompiled-untrusted');
    expect(error.message).toMatch(/changed or damaged/);
  });

  it('when the signature was made for another purpose', () => {
    const signed = file.subarray(0, file.length - 64);
    for (const message of [signed, createHash('sha256').update(signed).digest()]) {
      const forged = Buffer.concat([signed, sign(null, message, key)]);
      expect(refusalOf(forged).fault).toBe('precompiled-untrusted');
    }
  });

  it('when the key is of small order, although it is listed', () => {
    const weak = Buffer.from(`01${'00'.repeat(31)}`, 'hex');
    const forged = Uint8Array.from(file);
    forged.set(weak, 20);
    const error = refusalOf(forged, [formatPrecompiledKey(weak)]);
    // Not even verified: some libraries take such signatures, others do not.
    expect(error.message).toMatch(/no key that the operator trusts/);
    expect(error.fault).toBe('precompiled-untrusted');
  });

  it.each([
    ['the magic', 0, 'precompiled-malformed', /does not begin/],
    ['the version', 8, 'precompiled-malformed', /version \d+ of the format/],
    ['the length of the manifest', 12, 'precompiled-malformed', /bytes long/],
    ['the length of the code', 16, 'precompiled-malformed', /bytes long/],
    ['the signer', 20, 'precompiled-untrusted', /no key that the operator trusts/],
    ['the manifest', manifestStart + 2, 'precompiled-untrusted', /changed or damaged/],
    ['the code', codeStart, 'precompiled-untrusted', /changed or damaged/],
    ['the signature', file.length - 1, 'precompiled-untrusted', /changed or damaged/],
  ])('when %s was changed', (_part, offset, fault, reason) => {
    const changed = Uint8Array.from(file);
    changed[offset] = (changed[offset] ?? 0) ^ 1;
    const error = refusalOf(changed);
    expect(error.message).toMatch(reason);
    expect(error.fault).toBe(fault);
  });

  it.each([
    ['a manifest beyond every limit', 12, 0xffff_ffff, /manifest is too long/],
    ['code beyond every limit', 16, 0xffff_ffff, /code is too long/],
    ['no code', 16, 0, /there is none/],
  ])('when it announces %s', (_what, offset, value, reason) => {
    const changed = Buffer.from(file);
    changed.writeUInt32LE(value, offset);
    const error = refusalOf(changed);
    expect(error.fault).toBe('precompiled-malformed');
    expect(error.message).toMatch(reason);
  });

  it('when bytes were appended', () => {
    const error = refusalOf(Buffer.concat([file, Buffer.from([0])]));
    expect(error.fault).toBe('precompiled-malformed');
  });

  it.each<[string, (text: string) => string, RegExp]>([
    ['is no JSON', () => '{', /no JSON/],
    ['is no object', () => '[]', /no object/],
    ['has a member twice', (text) => text.replace('{', '{"createdBy":"x",'), /another way/],
    ['has blanks', (text) => ` ${text}`, /another way/],
    ['has an unknown member', (text) => text.replace('{', '{"x":1,'), /unknown member "x"/],
    ['has __proto__', (text) => text.replace('{', '{"__proto__":{},'), /unknown member/],
    ['lacks a member', (text) => text.replace(/,"createdBy":"[^"]*"/, ''), /createdBy/],
    ['is about other code', (text) => text.replace(/("codeDigest":").{4}/, '$1beef'), /other code/],
    ['counts in fractions', (text) => text.replace('"minimum":1', '"minimum":1.5'), /no count/],
    ['has another format', (text) => text.replace('"module"', '"script"'), /none of module/],
    ['has an unknown kind', (text) => text.replace('"function"', '"procedure"'), /none of/],
    ['has a line break', (text) => text.replace('48.0.8', '48\\n'), /short line/],
    ['has a text for a flag', (text) => text.replace('"is64":false', '"is64":"no"'), /no boolean/],
  ])('when its manifest %s, signed or not', (_case, change, reason) => {
    const changed = change(manifestText);
    expect(changed).not.toBe(manifestText);
    const error = refusalOf(resign(Buffer.from(changed)));
    expect(error.message).toMatch(reason);
    expect(error.fault).toBe('precompiled-malformed');
  });

  it('when its manifest is no UTF-8', () => {
    const error = refusalOf(resign(Buffer.from([0x7b, 0xff, 0x7d])));
    expect(error.fault).toBe('precompiled-malformed');
  });

  it('whichever bits are flipped, and wherever it is cut', () => {
    const flips = fc.array(fc.nat(file.length * 8 - 1), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(flips, fc.nat(file.length), (bits, length) => {
        const changed = Uint8Array.from(file);
        for (const bit of new Set(bits))
          changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(refusalOf(changed).fault).toMatch(/^precompiled-/);
        if (length < file.length)
          expect(refusalOf(file.subarray(0, length)).fault).toBe('precompiled-malformed');
      }),
      { numRuns: 300 },
    );
  });

  it('when it is anything', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const behindHeader = Uint8Array.from([...file.subarray(0, 12), ...bytes]);
        expect(refusalOf(behindHeader).fault).toMatch(/^precompiled-/);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a file is not written', () => {
  it('with another key', () => {
    expect(() => buildPrecompiledFile(content, generateKeyPairSync('x25519').privateKey)).toThrow(
      TypeError,
    );
  });

  it('without code, or with a name that is no short line', () => {
    expect(() => buildPrecompiledFile({ ...content, code: new Uint8Array() }, key)).toThrow(
      expect.objectContaining({ fault: 'limit-exceeded' }) as Error,
    );
    expect(() => buildPrecompiledFile({ ...content, createdBy: 'a\nb' }, key)).toThrow(
      /createdBy is no short line/,
    );
  });
});
