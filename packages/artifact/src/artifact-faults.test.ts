import { describe, expect, it } from 'vitest';
import { assemble, componentOf, moduleOf, section, text } from '../test/assemble.js';
import { type ArtifactError, isArtifactError, type ArtifactFault } from './artifact-error.js';
import { describeArtifact } from './read-artifact.js';

function faultOf(bytes: Uint8Array): ArtifactError {
  try {
    describeArtifact(bytes);
  } catch (error) {
    if (isArtifactError(error)) return error;
    throw error;
  }
  throw new Error('the bytes were accepted');
}

const bytesOf = (value: string): Uint8Array => Uint8Array.from(Buffer.from(value));

const program = assemble(`(module
  (memory (export "memory") 1)
  (func (export "_start") (i32.store (i32.const 512) (i32.const -559038737)))
  (data (i32.const 0) "\\ff\\fe\\80 and \\c3"))`);

describe('bytes that are no WebAssembly', () => {
  it.each<[ArtifactFault, RegExp, string, Uint8Array]>([
    ['empty', /empty/, 'nothing', bytesOf('')],
    ['plain-text', /JavaScript/, 'JavaScript', bytesOf('function main(p) { return p; }')],
    ['plain-text', /plain text/, 'garbage text', bytesOf('10 PRINT "hello"\n20 GOTO 10')],
    ['plain-text', /base64/, 'base64 of a module', bytesOf('AGFzbQEAAAA=')],
    ['wat-text', /wat2wasm/, 'a module as text', bytesOf('\n  (module (func))')],
    ['wat-text', /wat2wasm/, 'a text that begins with a comment', bytesOf(';; add\n(module)')],
    ['not-wasm', /zip archive/, 'a zip', bytesOf('PK\x03\x04rest')],
    ['not-wasm', /gzip/, 'a gzip', Uint8Array.from([0x1f, 0x8b, 0x08, 0])],
    ['not-wasm', /89 50 4e 47/, 'a picture', Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0])],
  ])('are %s with a reason like %s: %s', (fault, reason, _name, bytes) => {
    const error = faultOf(bytes);
    expect(error.fault).toBe(fault);
    expect(error.message).toMatch(reason);
    expect(error.message).toContain('SyntaxError: not a WebAssembly module');
  });

  it.each([
    ['WAMR', '\0aot\x03\0\0\0'],
    ['Wasmtime, Wasmer or another engine', '\x7fELF\x02\x01\x01'],
    ['Wasmer', '\0wasmer-universal\x01'],
    ['Wasmer', 'wasmer-universal\0'],
    ['Wasmer', 'WASMER\0\0'],
    ['Wasmtime', '\0wasmtime-aot0.23'],
  ])('but code precompiled for %s are named so', (engine, beginning) => {
    const error = faultOf(bytesOf(beginning));
    expect(error.fault).toBe('foreign-precompiled');
    expect(error.message).toContain(`precompiled for another engine: ${engine}`);
    expect(error.message).toContain('plain .wasm');
  });

  it('and an ELF file with the ABI of Wasmtime is named as its own', () => {
    const error = faultOf(Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 200, 0]));
    expect(error.fault).toBe('foreign-precompiled');
    expect(error.message).toContain('Wasmtime (a .cwasm file)');
  });
});

describe('a module that was sent as text', () => {
  it('is recognised by its replaced bytes, and the reason names the way out', () => {
    // What wsk does: bytes to a string, the string into JSON.
    const damaged = bytesOf(Buffer.from(program).toString('utf8'));
    const error = faultOf(damaged);
    expect(error.fault).toBe('text-damaged');
    expect(error.message).toMatch(/sent as text.*zip.*wasmwhisk pack/s);
  });

  it('is not seen in an intact module that holds U+FFFD', () => {
    const intact = assemble('(module (memory 1) (data (i32.const 0) "\\ef\\bf\\bd\\ef\\bf\\bd"))');
    expect(describeArtifact(intact).format).toBe('module');
  });

  it('is not seen in a truncated binary', () => {
    expect(faultOf(program.subarray(0, program.length - 9)).fault).toBe('malformed');
  });
});

describe('a function that would keep a compiler busy', () => {
  const functionOf = (locals: number, bytes: number): Uint8Array =>
    assemble(`(module (func (export "_start") (local ${'i32 '.repeat(locals)})
      ${'nop '.repeat(bytes)}))`);

  it('is refused by its locals and its length', () => {
    const error = faultOf(functionOf(50_000, 25_000));
    expect(error.fault).toBe('limit-exceeded');
    expect(error.message).toMatch(/function body 0 \(50000 in \d+ bytes\)/);
  });

  it('is taken when only one of both is large', () => {
    expect(describeArtifact(functionOf(50_000, 10)).format).toBe('module');
    expect(describeArtifact(functionOf(100, 100_000)).format).toBe('module');
  });
});

describe('WebAssembly of another version', () => {
  it.each([
    ['a module of version 2', [2, 0, 0, 0]],
    ['a component of an old draft', [0x0a, 0, 1, 0]],
    ['an unknown layer', [1, 0, 2, 0]],
  ])('is refused as such: %s', (_name, version) => {
    const bytes = Uint8Array.from([0, 0x61, 0x73, 0x6d, ...version]);
    expect(faultOf(bytes).fault).toBe('unsupported-version');
  });
});

describe('a module that breaks the format', () => {
  const type = section(1, [1, 0x60, 0, 0]);
  it.each<[string, Uint8Array, number]>([
    ['ends in its preamble', moduleOf().subarray(0, 6), 0],
    ['has an unknown section', moduleOf(section(14, [])), 8],
    ['repeats a section', moduleOf(type, type), 8 + 6],
    ['has sections out of order', moduleOf(section(5, [0]), section(4, [0])), 8 + 3],
    ['announces more than follows', moduleOf([1, 100, 0]), 10],
    ['has bytes too many in a section', moduleOf(section(1, [0, 0])), 11],
    ['has a length of more than 5 bytes', moduleOf([1, 0x80, 0x80, 0x80, 0x80, 0x80, 0]), 9],
    ['has a length above 32 bits', moduleOf([1, 0xff, 0xff, 0xff, 0xff, 0x1f]), 9],
    ['counts more than there are bytes', moduleOf(section(1, [0xff, 0xff, 0xff, 0xff, 0x0f])), 10],
    ['has a name that is no UTF-8', moduleOf(section(0, [2, 0xc3, 0x28])), 10],
    ['has a function of a missing type', moduleOf(section(3, [1, 0])), 12],
    ['has an unknown type form', moduleOf(section(1, [1, 0x11])), 11],
    ['has an unknown value type', moduleOf(section(1, [1, 0x60, 1, 0x40, 0])), 13],
    ['exports a missing function', moduleOf(section(7, [1, 1, 0x66, 0, 3])), 13],
    ['has a memory beyond its addresses', moduleOf(section(5, [1, 0, 0x81, 0x80, 0x04])), 11],
    ['has a maximum below its minimum', moduleOf(section(5, [1, 1, 2, 1])), 11],
    ['has a shared memory without maximum', moduleOf(section(5, [1, 2, 1])), 11],
    ['has an odd page size', moduleOf(section(5, [1, 8, 1, 3])), 14],
    ['has a global that is not constant', moduleOf(section(6, [1, 0x7f, 0, 0x20, 0])), 13],
    ['starts at a missing function', moduleOf(section(8, [0])), 11],
  ])('is told where: %s', (_name, bytes, offset) => {
    const error = faultOf(bytes);
    expect(error.fault).toBe('malformed');
    expect(error.place.offset).toBe(offset);
    expect(error.message).toContain(`at byte ${String(offset)}`);
    expect(WebAssembly.validate(Uint8Array.from(bytes))).toBe(false);
  });

  it('is told the section', () => {
    const error = faultOf(moduleOf(section(5, [1, 1, 2, 1])));
    expect(error.place.section).toBe('memory');
    expect(error.message).toContain('in the memory section');
  });

  it('may not export a name twice', () => {
    const exports = [2, ...text('f'), 0, 0, ...text('f'), 0, 0];
    const bytes = moduleOf(type, section(3, [1, 0]), section(7, exports));
    expect(faultOf(bytes).message).toContain('same name');
  });
});

describe('limits', () => {
  it('stop a module with too many of something before they are kept', () => {
    const imports = Array.from({ length: 2000 }, () => [0, 0, 3, 0x7f, 0]).flat();
    const count = [0xa1, 0x9c, 0x01]; // 20,001
    const filler = new Array<number>(20_001).fill(0);
    const content = [...count, ...imports, ...filler];
    const length = content.length;
    const size = [(length & 0x7f) | 0x80, ((length >> 7) & 0x7f) | 0x80, length >> 14];
    const error = faultOf(moduleOf([2, ...size, ...content]));
    expect(error.fault).toBe('limit-exceeded');
    expect(error.message).toContain('20001');
  });

  it('stop a component of countless sections soon', () => {
    const empty = section(0, [0]);
    const bytes = new Uint8Array(8 + empty.length * 2_000_000);
    bytes.set(componentOf());
    for (let offset = 8; offset < bytes.length; offset += empty.length) bytes.set(empty, offset);
    const started = performance.now();
    expect(faultOf(bytes).fault).toBe('limit-exceeded');
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('stop a component with too many core modules', () => {
    const sections = Array.from({ length: 1001 }, () => section(1, [...moduleOf()]));
    expect(faultOf(componentOf(...sections)).fault).toBe('limit-exceeded');
  });
});
