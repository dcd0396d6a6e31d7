import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto';

const cipher = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/** Who a sealed key belongs to: it opens in no other row. */
export interface KeyOwner {
  readonly subject: string;
  readonly namespace: string;
  readonly uuid: string;
}

/** What protects the auth keys of users. Both keys come from the secret of the key file. */
export class UserKeys {
  readonly #hashKey: KeyObject;
  readonly #sealingKey: KeyObject;

  /** @param secret 32 random bytes */
  constructor(secret: Uint8Array) {
    this.#hashKey = derive(secret, 'wasmwhisk users: hash of auth keys');
    this.#sealingKey = derive(secret, 'wasmwhisk users: sealing of auth keys');
  }

  /** HMAC-SHA-256: what an auth key is found by. */
  digest(authKey: string): Buffer {
    return createHmac('sha256', this.#hashKey).update(authKey).digest();
  }

  /** @returns nonce, ciphertext and tag */
  seal(key: string, owner: KeyOwner): Uint8Array {
    const nonce = randomBytes(nonceBytes);
    const sealing = createCipheriv(cipher, this.#sealingKey, nonce, { authTagLength: tagBytes });
    sealing.setAAD(toAssociatedData(owner));
    const ciphertext = Buffer.concat([sealing.update(key, 'utf8'), sealing.final()]);
    return Buffer.concat([nonce, ciphertext, sealing.getAuthTag()]);
  }

  /** @returns `undefined` when it was not sealed under this secret for this owner, or was changed since */
  unseal(sealed: Uint8Array, owner: KeyOwner): string | undefined {
    if (sealed.length < nonceBytes + tagBytes) return undefined;
    const nonce = sealed.subarray(0, nonceBytes);
    const opening = createDecipheriv(cipher, this.#sealingKey, nonce, { authTagLength: tagBytes });
    opening.setAAD(toAssociatedData(owner));
    opening.setAuthTag(sealed.subarray(sealed.length - tagBytes));
    const text = opening.update(sealed.subarray(nonceBytes, sealed.length - tagBytes));
    try {
      return Buffer.concat([text, opening.final()]).toString('utf8');
    } catch {
      // The tag does not fit: the one thing that `final` throws about.
      return undefined;
    }
  }
}

function derive(secret: Uint8Array, purpose: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', purpose, 32)));
}

function toAssociatedData({ subject, namespace, uuid }: KeyOwner): Uint8Array {
  return Buffer.from(JSON.stringify([subject, namespace, uuid]));
}
