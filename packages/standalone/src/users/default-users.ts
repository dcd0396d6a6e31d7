import type { UserRequest } from './users.js';

/**
 * The users of Apache's standalone server with their published keys, so that instructions written for
 * that work here. Everybody knows these keys: whoever lets others reach the server removes these users.
 */
export const defaultUsers: readonly UserRequest[] = [
  {
    subject: 'guest',
    authKey:
      '23bc46b1-71f6-4ed5-8c54-816aa4f8c502:123zO3xZCLrMN6v2BKK1dXYFpXlPkccOFqm12CdAsMgRU4VrNZ9lyGVCGuMDGIwP',
  },
  {
    subject: 'whisk.system',
    authKey:
      '789c46b1-71f6-4ed5-8c54-816aa4f8c502:abczO3xZCLrMN6v2BKK1dXYFpXlPkccOFqm12CdAsMgRU4VrNZ9lyGVCGuMDGIwP',
  },
];
