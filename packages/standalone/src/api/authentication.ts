import type { Socket } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { Rejection } from '../rejections.js';
import type { Identity } from '../users/identity.js';
import type { Users } from '../users/users.js';

/** Longer than any auth key. */
const authorizationLengthMax = 1024;

const basicPattern = /^basic +([a-z0-9+/_-]+={0,2}) *$/i;

/**
 * Who an `Authorization` header speaks of. Never throws: web actions take bad credentials for none.
 *
 * @param authorization `Basic` and base64 of `uuid:key`
 */
export function readIdentity(
  authorization: string | undefined,
  users: Users,
): Identity | undefined {
  if (authorization === undefined || authorization.length > authorizationLengthMax)
    return undefined;
  const encoded = basicPattern.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  if (colon <= 0) return undefined;
  return users.authenticate(pair.slice(0, colon), pair.slice(colon + 1));
}

/**
 * How long a connection is taken at its word that it is still who it was, in milliseconds. Nearly every
 * request comes on a connection that proved its key a moment ago, and proving costs an eighth of a warm
 * invocation. A user who is removed is refused after so long at the latest.
 */
const provenMs = 100;

/** What a connection proved last. Each knows only its own: nobody can try keys against somebody else's. */
interface Proof {
  readonly authorization: string;
  readonly users: Users;
  readonly identity: Identity;
  readonly until: number;
}

const proofs = new WeakMap<Socket, Proof>();

/**
 * Who calls.
 *
 * @throws Rejection `WW_ERR_API_NO_CREDENTIALS`, `WW_ERR_API_CREDENTIALS`; both 401
 */
export function requireIdentity(request: FastifyRequest, users: Users): Identity {
  const { authorization } = request.headers;
  if (authorization === undefined) {
    throw new Rejection(
      'WW_ERR_API_NO_CREDENTIALS',
      'The resource requires authentication, which was not supplied with the request. Send the auth key as HTTP Basic credentials.',
    );
  }
  const { socket } = request.raw;
  const now = performance.now();
  const proof = proofs.get(socket);
  if (proof?.authorization === authorization && proof.users === users && now < proof.until)
    return proof.identity;
  const identity = readIdentity(authorization, users);
  if (identity === undefined)
    throw new Rejection('WW_ERR_API_CREDENTIALS', 'The supplied authentication is invalid.');
  proofs.set(socket, { authorization, users, identity, until: now + provenMs });
  return identity;
}
