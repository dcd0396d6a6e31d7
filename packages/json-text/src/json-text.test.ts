import { describe, expect, it } from 'vitest';
import {
  jsonStringBytesMax,
  jsonTextByteLength,
  jsonTextToBytes,
  jsonTextToString,
  toJsonText,
} from './json-text.js';

describe('toJsonText', () => {
  it('makes a string of a short span', () => {
    expect(toJsonText(Buffer.from('xx{"a":"❄"}yy'), { start: 2, end: 13 })).toBe('{"a":"❄"}');
  });

  it('makes bytes of their own of a long one, fit for a transfer', () => {
    const source = Buffer.from(`"${'a'.repeat(jsonStringBytesMax)}"`);
    const text = toJsonText(source);
    expect(text).toBeInstanceOf(Uint8Array);
    const bytes = text as Uint8Array<ArrayBuffer>;
    expect(bytes.buffer.byteLength).toBe(bytes.length);
    structuredClone(bytes, { transfer: [bytes.buffer] });
    expect(bytes.length).toBe(0);
    expect(source.length).toBe(jsonStringBytesMax + 2);
  });

  it('goes both ways in either form', () => {
    for (const text of ['"❄ ☃"', new Uint8Array(Buffer.from('"❄ ☃"'))] as const) {
      expect(jsonTextToString(text)).toBe('"❄ ☃"');
      expect(jsonTextByteLength(text)).toBe(9);
      expect(Buffer.from(jsonTextToBytes(text)).toString()).toBe('"❄ ☃"');
    }
  });
});
