import { createPublicKey, type KeyObject } from 'node:crypto';

/** How an Ed25519 public key is written on one line: `ed25519:` and the base64 of its 32 bytes. */
export type PrecompiledKeyText = string;

/** Bytes of an Ed25519 public key. */
export const publicKeyBytes = 32;

const prefix = 'ed25519:';

/**
 * The points of small order, by their y as 32 bytes, sign bit cleared. Under such a key, and one of all
 * zeros is among them, the equation of signatures holds for some that anybody can make.
 */
const weakPoints: ReadonlySet<string> = new Set([
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
]);

/** A public key that was read, or a clause that says what is wrong with the text. */
export type ReadPrecompiledKey =
  | { readonly type: 'key'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: 'problem'; readonly reason: string };

/** Reads a public key as `formatPrecompiledKey` writes it, and in no other form. */
export function readPrecompiledKey(text: PrecompiledKeyText): ReadPrecompiledKey {
  const encoded = text.startsWith(prefix) ? text.slice(prefix.length) : '';
  if (!/^[A-Za-z0-9+/]{43}=$/.test(encoded))
    return problem(
      `must be ${prefix} and 44 characters of base64, as \`wasmwhisk keys show\` prints a key`,
    );
  const bytes = Uint8Array.from(Buffer.from(encoded, 'base64'));
  if (formatPrecompiledKey(bytes) !== text)
    return problem('must be base64 without bits left over; copy the key again');
  if (isWeak(bytes))
    return problem('is a point of small order, under which anybody can sign; create a key');
  return { type: 'key', bytes };
}

/** The line of a public key's 32 bytes. */
export function formatPrecompiledKey(bytes: Uint8Array): PrecompiledKeyText {
  return `${prefix}${Buffer.from(bytes).toString('base64')}`;
}

/**
 * The 32 bytes of the public half of a key, private ones included.
 *
 * @throws TypeError when it is no Ed25519 key
 */
export function publicBytesOf(key: KeyObject): Uint8Array<ArrayBuffer> {
  if (key.asymmetricKeyType !== 'ed25519') throw new TypeError('the key is no Ed25519 key');
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  const { x } = publicKey.export({ format: 'jwk' });
  return Uint8Array.from(Buffer.from(x ?? '', 'base64url'));
}

/** The key of these 32 bytes, to verify with. */
export function toPublicKey(bytes: Uint8Array): KeyObject {
  return createPublicKey({
    format: 'jwk',
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(bytes).toString('base64url') },
  });
}

function isWeak(bytes: Uint8Array): boolean {
  const point = Buffer.from(bytes);
  point.writeUInt8((point[publicKeyBytes - 1] ?? 0) & 0x7f, publicKeyBytes - 1);
  return weakPoints.has(point.toString('hex'));
}

function problem(reason: string): ReadPrecompiledKey {
  return { type: 'problem', reason };
}
