import type { Identity } from './identity.js';

/** What `wasmwhisk user create` is told. */
export interface UserRequest {
  readonly subject: string;
  /** Default: the subject. */
  readonly namespace?: string;
  /** `uuid:key`. Default: a new one. */
  readonly authKey?: string;
}

/** Everybody who may call. */
export interface Users {
  /**
   * Finds who an auth key belongs to. A wrong key takes as long as a right one.
   *
   * @returns `undefined` when nobody has this key
   */
  authenticate(uuid: string, key: string): Identity | undefined;
  /** The owner of a namespace, for web actions and rules, which run as their owner. */
  ownerOf(namespace: string): Identity | undefined;
  find(subject: string): Identity | undefined;
  /** By subject. */
  list(): readonly Identity[];
  /** @throws Rejection `WW_ERR_API_USER` of a bad subject or key; `WW_ERR_API_EXISTS` */
  create(request: UserRequest): Identity;
  /** @returns whether there was one. What the user deployed stays, and comes back with a user of that namespace. */
  remove(subject: string): boolean;
}
