import { createHash, timingSafeEqual } from 'node:crypto';
import type { KeyValue } from '../entities/key-value.js';
import { Rejection } from '../rejections.js';
import type { Identity } from '../users/identity.js';

/** The header that carries the secret of a web action. */
export const requireAuthHeader = 'x-require-whisk-auth';

/**
 * Holds a request against the annotation `require-whisk-auth`: `true` asks for the credentials of any
 * user, a string or number is a secret that the header `X-Require-Whisk-Auth` must repeat; without it,
 * or with `false`, everybody may call, and with anything else nobody.
 *
 * @throws Rejection `WW_ERR_API_NO_CREDENTIALS`, `WW_ERR_API_CREDENTIALS`
 */
export function assertWebAuth(
  annotations: readonly KeyValue[],
  headers: ReadonlyMap<string, string>,
  caller: Identity | undefined,
): void {
  const json = annotations.findLast(({ key }) => key === 'require-whisk-auth')?.json;
  if (json === undefined || json === 'false') return;
  if (json === 'true') {
    if (caller !== undefined) return;
    throw headers.has('authorization')
      ? new Rejection('WW_ERR_API_CREDENTIALS', 'The supplied authentication is invalid.')
      : new Rejection(
          'WW_ERR_API_NO_CREDENTIALS',
          'The web action requires authentication, which was not supplied with the request. Send the auth key as HTTP Basic credentials.',
        );
  }
  const secret = toSecret(json);
  const given = headers.get(requireAuthHeader);
  if (secret !== undefined && given !== undefined && isSame(secret, given)) return;
  throw new Rejection(
    given === undefined ? 'WW_ERR_API_NO_CREDENTIALS' : 'WW_ERR_API_CREDENTIALS',
    `The web action requires its secret in the header X-Require-Whisk-Auth, and ${given === undefined ? 'there is none' : 'this is another'}.`,
  );
}

/** A number is repeated as it is written in the annotation, however long. */
function toSecret(json: string): string | undefined {
  if (json.startsWith('"')) return JSON.parse(json) as string;
  return /^[-\d]/.test(json) ? json : undefined;
}

/** Takes as long whatever is sent: how much of a secret is right cannot be measured. */
function isSame(one: string, other: string): boolean {
  return timingSafeEqual(digestOf(one), digestOf(other));
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
