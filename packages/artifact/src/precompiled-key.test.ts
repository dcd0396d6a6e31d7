import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { formatPrecompiledKey, publicBytesOf, readPrecompiledKey } from './precompiled-key.js';

describe('a public key', () => {
  it('is read from the line that is written of it', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const bytes = publicBytesOf(publicKey);
    expect(publicBytesOf(privateKey)).toEqual(bytes);
    const line = formatPrecompiledKey(bytes);
    expect(line).toMatch(/^ed25519:[A-Za-z0-9+/]{43}=$/);
    expect(readPrecompiledKey(line)).toEqual({ type: 'key', bytes });
  });

  it('is the one that belongs to the private key (RFC 8032, test 1)', () => {
    const seed = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
    const key = createPrivateKey({
      key: Buffer.from(`302e020100300506032b657004220420${seed}`, 'hex'),
      format: 'der',
      type: 'pkcs8',
    });
    expect(Buffer.from(publicBytesOf(key)).toString('hex')).toBe(
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    );
  });

  it.each([
    ['nothing', '', /must be ed25519:/],
    ['another algorithm', `rsa:${'A'.repeat(43)}=`, /must be ed25519:/],
    ['base64 alone', `${'A'.repeat(43)}=`, /must be ed25519:/],
    ['too few bytes', `ed25519:${'A'.repeat(39)}=`, /must be ed25519:/],
    ['too many bytes', `ed25519:${'A'.repeat(44)}`, /must be ed25519:/],
    ['the alphabet of URLs', `ed25519:${'-'.repeat(43)}=`, /must be ed25519:/],
    ['a blank behind it', `ed25519:${'B'.repeat(42)}A= `, /must be ed25519:/],
    ['bits left over', `ed25519:${'B'.repeat(43)}=`, /bits left over/],
  ])('is refused: %s', (_case, text, reason) => {
    expect(readPrecompiledKey(text)).toEqual({
      type: 'problem',
      reason: expect.stringMatching(reason) as string,
    });
  });

  it.each([
    '00'.repeat(32),
    `${'00'.repeat(31)}80`,
    `01${'00'.repeat(31)}`,
    `ec${'ff'.repeat(31)}`,
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  ])('is refused when anybody can sign under it: %s', (hex) => {
    const read = readPrecompiledKey(formatPrecompiledKey(Buffer.from(hex, 'hex')));
    expect(read).toEqual({
      type: 'problem',
      reason: expect.stringContaining('small order') as string,
    });
  });

  it('is Ed25519', () => {
    expect(() => publicBytesOf(generateKeyPairSync('x25519').privateKey)).toThrow(TypeError);
  });
});
