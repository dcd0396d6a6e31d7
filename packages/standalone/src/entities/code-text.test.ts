import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRejection } from '../rejections.js';
import { decodeBase64, parseCodeText, toCodeJson } from './code-text.js';

/** The test as OpenWhisk writes it down. */
const base64Pattern =
  /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)$/;

const wasmModule = Buffer.from('\0asm\x01\0\0\0', 'latin1');

function refusal(text: string): string | undefined {
  try {
    parseCodeText(text);
  } catch (error) {
    return isRejection(error) && error.code === 'WW_ERR_API_CODE' ? error.message : String(error);
  }
  return undefined;
}

describe('decodeBase64', () => {
  it('takes exactly what the pattern of OpenWhisk takes', () => {
    const piece = fc.oneof(
      { weight: 8, arbitrary: fc.base64String() },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
      {
        weight: 2,
        arbitrary: fc.constantFrom('=', '==', '===', '-', '_', '\n', ' ', 'A', 'ŁŁŁŁ', 'ä', 'A==='),
      },
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 4 }), (pieces) => {
        const text = pieces.join('');
        expect(decodeBase64(text) !== undefined, JSON.stringify(text)).toBe(
          base64Pattern.test(text),
        );
      }),
      { numRuns: 5000 },
    );
  });

  it('gives back what was encoded', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
        expect(decodeBase64(Buffer.from(bytes).toString('base64'))).toEqual(Buffer.from(bytes));
      }),
    );
  });
});

describe('parseCodeText', () => {
  it('decodes base64, white space around it aside, and writes it in one line', () => {
    const text = wasmModule.toString('base64');
    const code = parseCodeText(`\r\n ${text}\n`);
    expect(code.binary).toBe(true);
    expect(Buffer.from(code.bytes)).toEqual(wasmModule);
    expect(toCodeJson(code)).toBe(JSON.stringify(text));
  });

  it.each(['main', 'true', 'AAAA'])(
    'takes the short text %j for base64, as OpenWhisk does',
    (text) => {
      expect(parseCodeText(text).binary).toBe(true);
    },
  );

  it.each([
    ['base64 in lines', 'AGFzbQEA\nAAA='],
    ['base64 without padding', 'AGFzbQEAAAA'],
    ['base64 for URLs', '-_-_'],
    ['a program in another language', 'function main(p){return {a:"ä€😀\\"};}\n'],
  ])('keeps %s as text, to the character', (_name, text) => {
    const code = parseCodeText(text);
    expect(code.binary).toBe(false);
    expect(JSON.parse(toCodeJson(code))).toBe(text);
  });

  it.each([
    ['a module', '\0asm\u0001\0\0\0'],
    ['a module that lost its bytes', '\0asm\u0001\0\0\0\ufffd\ufffd\u000b'],
    ['a zip archive', 'PK\u0003\u0004\u0014\0\0\0'],
    ['a gzip archive', '\u001f\ufffd\b\0'],
    ['another binary', 'x\ufffdy'],
  ])('refuses %s that was sent as text, and says what to do', (_name, text) => {
    expect(refusal(text)).toMatch(/sent as text.*wasmwhisk pack.*base64.*wasmwhisk deploy/s);
  });

  it.each([
    '(module)',
    ' \n( module (func))',
    '(component)',
    ';; a comment with \ufffd\n(module)',
    '(; ;)(module)',
  ])('refuses the text format %j, and says what to do', (text) => {
    expect(refusal(text)).toMatch(/text format, which is not run.*wat2wasm/s);
  });

  it.each(['', ' ', '\n\t'])('refuses the empty code %j', (text) => {
    expect(refusal(text)).toMatch(/empty/);
  });

  it('reads long texts, hostile or not', () => {
    const length = 8 * 1024 * 1024;
    expect(parseCodeText('A'.repeat(length)).bytes).toHaveLength((length / 4) * 3);
    expect(parseCodeText(`${'A'.repeat(length)}!`).binary).toBe(false);
    expect(parseCodeText(`${' '.repeat(length)}x${' '.repeat(length)}y`).binary).toBe(false);
    expect(parseCodeText('='.repeat(length)).binary).toBe(false);
    expect(parseCodeText('\n('.repeat(length / 2)).binary).toBe(false);
  });
});
