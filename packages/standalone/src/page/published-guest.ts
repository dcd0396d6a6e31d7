import { isLoopback } from '@wasmwhisk/executor';
import { defaultUsers } from '../users/default-users.js';
import type { Users } from '../users/users.js';

const guestSubject = 'guest';

/**
 * The key of the guest, if it is the one that Apache publishes and only this machine can reach us: then
 * it is no secret from whoever can open the page.
 *
 * @param host the address that we listen on
 */
export function readGuestKey(host: string, users: Users): string | undefined {
  if (!isLoopback(host)) return undefined;
  const published = defaultUsers.find(({ subject }) => subject === guestSubject)?.authKey;
  const authKey = users.find(guestSubject)?.authKey;
  return authKey === published ? authKey : undefined;
}
