import { describe, expect, it } from 'vitest';
import { toCodeText } from './code-text.js';

describe('toCodeText', () => {
  it.each([
    ['a module', [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]],
    ['a zip', [0x50, 0x4b, 0x03, 0x04]],
    ['a gzip', [0x1f, 0x8b, 0x08]],
    ['code of another engine', [0x7f, 0x45, 0x4c, 0x46, 0x02, 0x00]],
    ['nothing', []],
  ])('sends %s as base64', (_name, bytes) => {
    const { code, binary } = toCodeText(Uint8Array.from(bytes));
    expect(binary).toBe(true);
    expect([...Buffer.from(Buffer.from(code).toString(), 'base64')]).toEqual(bytes);
  });

  it('sends text as it is, base64 among it', () => {
    for (const text of ['(module)', 'AGFzbQEAAAA=']) {
      const { code, binary } = toCodeText(Buffer.from(text));
      expect(binary).toBe(false);
      expect(Buffer.from(code).toString()).toBe(text);
    }
  });

  it('takes a part of a buffer for the part', () => {
    const whole = Buffer.from([9, 0x00, 0x61, 0x73, 0x6d, 9]);
    const { code } = toCodeText(whole.subarray(1, 5));
    expect(Buffer.from(code).toString()).toBe('AGFzbQ==');
  });
});
