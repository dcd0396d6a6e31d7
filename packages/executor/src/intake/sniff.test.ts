import { describe, expect, it } from 'vitest';
import { sniff } from './sniff.js';

describe('the first bytes', () => {
  it.each([
    ['zip', [0x50, 0x4b, 0x03, 0x04]],
    ['zip', [0x50, 0x4b, 0x05, 0x06]],
    ['zip', [0x50, 0x4b, 0x07, 0x08]],
    ['gzip', [0x1f, 0x8b, 0x08]],
    ['wasm', [0x00, 0x61, 0x73, 0x6d]],
    ['other', [0x50, 0x4b, 0x01, 0x02]],
    ['other', [0x00, 0x61, 0x73]],
    ['other', []],
  ])('tell %s from %j', (expected, bytes) => {
    expect(sniff(Uint8Array.from(bytes))).toBe(expected);
  });
});
