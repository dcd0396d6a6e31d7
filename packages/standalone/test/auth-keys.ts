/** Auth keys of the users in tests: the one that is published, and another. */
export const authKeys = {
  guest:
    '23bc46b1-71f6-4ed5-8c54-816aa4f8c502:123zO3xZCLrMN6v2BKK1dXYFpXlPkccOFqm12CdAsMgRU4VrNZ9lyGVCGuMDGIwP',
  stranger: `11111111-71f6-4ed5-8c54-816aa4f8c502:${'s'.repeat(64)}`,
} as const;

/** What `Authorization` says of an auth key. */
export function toAuthorization(authKey: string): string {
  return `Basic ${Buffer.from(authKey).toString('base64')}`;
}
