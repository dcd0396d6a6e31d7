import { randomBytes, randomUUID } from 'node:crypto';
import { parseEntityName } from '../entities/names.js';
import { isRejection, Rejection } from '../rejections.js';
import type { KeyOwner } from './user-keys.js';
import type { UserRequest } from './users.js';

/** A user to be created; everything checked. */
export interface NewUser extends KeyOwner {
  readonly key: string;
}

/** OpenWhisk's: shorter ones are refused. */
const subjectLengthMin = 5;
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const keyPattern = /^[A-Za-z0-9]{64,256}$/;
const keyLength = 64;
const keyAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** No `uuid:key` that somebody has is longer. */
export const authKeyLengthMax = 36 + 1 + 256;

/** @throws Rejection `WW_ERR_API_USER` */
export function parseUserRequest(request: UserRequest): NewUser {
  const subject = parseName(request.subject, 'subject');
  if (subject.length < subjectLengthMin)
    throw refused(
      `The subject "${subject}" is too short: it needs at least ${String(subjectLengthMin)} characters.`,
    );
  const namespace = parseName(request.namespace ?? subject, 'namespace');
  // In a path it stands for the caller's namespace.
  if (namespace === '_') throw refused('The namespace "_" is reserved: choose another.');
  return { subject, namespace, ...parseAuthKey(request.authKey ?? createAuthKey()) };
}

/** The text of a refused key is never repeated: it may be somebody's. */
function parseAuthKey(authKey: string): { readonly uuid: string; readonly key: string } {
  const colon = authKey.indexOf(':');
  const uuid = authKey.slice(0, Math.max(colon, 0));
  const key = authKey.slice(colon + 1);
  if (!uuidPattern.test(uuid))
    throw refused(
      'The auth key does not begin with a UUID (8-4-4-4-12 lower-case hex digits) and a colon.',
    );
  if (!keyPattern.test(key))
    throw refused('The second half of the auth key is not 64 to 256 letters and digits.');
  return { uuid, key };
}

function createAuthKey(): string {
  return `${randomUUID()}:${createKey()}`;
}

/** Each character is as likely as the others: bytes that would favour the first ones are dropped. */
function createKey(): string {
  const fair = 256 - (256 % keyAlphabet.length);
  let key = '';
  while (key.length < keyLength)
    for (const byte of randomBytes(keyLength))
      if (byte < fair && key.length < keyLength)
        key += keyAlphabet.charAt(byte % keyAlphabet.length);
  return key;
}

function parseName(text: string, field: string): string {
  try {
    return parseEntityName(text, field);
  } catch (error) {
    if (!isRejection(error)) throw error;
    throw new Rejection('WW_ERR_API_USER', error.message, { cause: error });
  }
}

function refused(text: string): Rejection {
  return new Rejection('WW_ERR_API_USER', text);
}
