import { describe, expect } from 'vitest';
import { jsonTextToBytes } from '@wasmwhisk/json-text';
import { eachForm, type CaseContext } from '../case-context.js';

/** JSON that a parser would change on its way. */
const fragile = {
  '64-bit integers': '{"max":18446744073709551615,"min":-9223372036854775808}',
  '1.0 and exponents': '{"a":1.0,"b":-0.0,"c":1e400,"d":1E-7}',
  'duplicate keys and their order': '{"b":1,"a":2,"b":3,"2":4,"1":5}',
  'lone surrogates and escapes': '{"s":"\\ud800","t":"\\u0041\\/\\u2028"}',
  'a name that is special to JavaScript': '{"__proto__":{"x":1},"constructor":2}',
  'white space inside': '{ "a" :\t[ 1 ,\r\n 2 ] }',
} as const;

/** JSON passes through as it was written, of any size. */
export function jsonCases(context: CaseContext): void {
  describe('JSON', () => {
    for (const [what, input] of Object.entries(fragile))
      eachForm(context, `passes ${what} unchanged`, 'echo', async (file, form, harness) => {
        // The last line is the result of a command: a JSON text of several lines cannot be one.
        const text = form.feature === 'command' ? input.replace('\r\n', ' ') : input;
        expect(await harness.run(await harness.container(file), { input: text })).toEqual({
          type: 'ok',
          json: text,
        });
      });

    for (const mebibytes of [1, 32])
      eachForm(
        context,
        `passes ${String(mebibytes)} MiB and gives them back`,
        'echo',
        async (file, _form, harness) => {
          const input = largeText(mebibytes * 1024 * 1024);
          // A pooled run takes the bytes with it.
          const expected = Buffer.from(input);
          const { type, json } = await harness.run(await harness.container(file), { input });
          expect(type).toBe('ok');
          expect(expected.equals(jsonTextToBytes(json))).toBe(true);
        },
      );
  });
}

/** A JSON text of exactly so many bytes, which does not repeat in any power of two. */
function largeText(byteLength: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(byteLength);
  for (let at = 0; at < byteLength; at += 1) bytes[at] = 97 + ((at * 7) % 23);
  bytes.set(Buffer.from('{"s":"'), 0);
  bytes.set(Buffer.from('"}'), byteLength - 2);
  return bytes;
}
