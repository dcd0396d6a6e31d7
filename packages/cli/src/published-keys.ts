import { defaultUsers } from '@wasmwhisk/standalone';

/** Keys that everybody knows, by subject. */
const keys: ReadonlyMap<string, string> = new Map(
  defaultUsers.flatMap(({ subject, authKey }) =>
    authKey === undefined ? [] : [[subject, authKey] as const],
  ),
);

/** The key of `guest` that a new OpenWhisk on this machine takes. */
export const guestKey: string = keys.get('guest') ?? '';

/** Whether everybody knows the key, so that showing it gives nothing away. */
export function isPublishedKey(authKey: string | undefined): boolean {
  return [...keys.values()].some((key) => key === authKey);
}
