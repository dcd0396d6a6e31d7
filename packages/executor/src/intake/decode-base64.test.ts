import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64 } from './decode-base64.js';

const decode = (text: string): string =>
  Buffer.from(decodeBase64(Buffer.from(text))).toString('latin1');

describe('base64', () => {
  it('of any bytes gives them back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(decodeBase64(Buffer.from(Buffer.from(bytes).toString('base64')))).toEqual(bytes);
      }),
    );
  });

  it('may be broken into lines and stand between white space', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.integer({ min: 1, max: 80 }),
        fc.constantFrom('\n', '\r\n'),
        (bytes, width, lineBreak) => {
          const text = Buffer.from(bytes).toString('base64');
          const lines = text.match(new RegExp(`.{1,${String(width)}}`, 'g')) ?? [];
          const broken = ` \t${lines.join(lineBreak)}${lineBreak} `;
          expect(decodeBase64(Buffer.from(broken))).toEqual(bytes);
        },
      ),
    );
  });

  it('of nothing is nothing', () => {
    expect(decode('')).toBe('');
    expect(decode(' \n')).toBe('');
  });

  it('has a buffer of its own, which can be transferred', () => {
    const bytes = decodeBase64(Buffer.from('YWJj'));
    expect(bytes.buffer.byteLength).toBe(3);
  });

  it.each([
    ['YW Jj', 'position 2', 'white space inside'],
    ['YWJj*', 'position 4', 'a foreign character'],
    ['YWJj\nYW-j', 'position 7', 'the alphabet of URLs'],
    ['{"a":1}', '"{" at position 0', 'other text'],
    ['YWJ\u00e9', 'byte 0xc3 at position 3', 'a letter beyond ASCII'],
    ['YWI', 'position 3', 'missing padding'],
    ['YWJjY', 'position 5', 'one digit left over'],
    ['YQ=', 'position 3', 'too little padding'],
    ['YQ===', 'position 4', 'too much padding'],
    ['YWJj=', 'position 4', 'padding without need'],
    ['YQ==YQ==', 'position 4', 'data behind the padding'],
    ['YR==', 'position 2', 'bits left over'],
    ['YWL=', 'was it cut off', 'bits left over in two bytes'],
    ['=', 'position 0', 'padding alone'],
  ])('that is wrong is refused with its place: %j (%s: %s)', (text, place) => {
    expect(() => decode(text)).toThrow(
      expect.objectContaining({
        fault: 'bad-base64',
        stage: 'decode',
        message: expect.stringContaining(place) as string,
      }),
    );
  });

  it('that is wrong in a long line is told the first place', () => {
    const text = Buffer.from(Buffer.alloc(9000, 7).toString('base64'));
    for (const at of [0, 5000, text.length - 1])
      for (const code of ['*', '-', '_']) {
        const changed = Buffer.from(text);
        changed.write('*', text.length - 1);
        changed.write(code, at);
        expect(() => decodeBase64(changed)).toThrow(
          `"${code}" at position ${String(at)} is no base64`,
        );
      }
  });

  it('with any one character replaced is refused or means other bytes', () => {
    const text = Buffer.from('any carnal pleasure.').toString('base64');
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.nat(255), (at, code) => {
        const changed = Buffer.from(text);
        fc.pre(changed[at] !== code && code !== 0x0a && code !== 0x0d);
        changed[at] = code;
        let bytes: Uint8Array;
        try {
          bytes = decodeBase64(changed);
        } catch (error) {
          expect(error).toMatchObject({ fault: 'bad-base64' });
          return;
        }
        expect(Buffer.from(bytes).toString()).not.toBe('any carnal pleasure.');
      }),
    );
  });
});
