import { RowStatement } from '../storage/row-statement.js';
import { toBytes, toNumber, toText, type Row } from '../storage/row-values.js';
import { StorageError } from '../storage/storage-error.js';
import type { Transactions } from '../storage/transactions.js';
import { Rejection } from '../rejections.js';
import { defaultUsers } from './default-users.js';
import type { Identity } from './identity.js';
import type { UserKeys } from './user-keys.js';
import { authKeyLengthMax, parseUserRequest } from './user-request.js';
import type { UserRequest, Users } from './users.js';

const columns = 'id, subject, namespace, uuid, sealed_key';
/** Users whose keys are kept unsealed, for those who run on behalf of others. */
const unsealedMax = 1000;
/** Hashed in place of what is too long to be anybody's key. */
const nobody = '';
/** What tells whether a key file belongs to a database. */
const checkFact = 'users-key-check';
const checkText = 'the key file that belongs to this database';

/**
 * Users in the database. Each question is asked there, because a command of another process may have
 * created or removed somebody since the last one.
 */
export class SqliteUsers implements Users {
  readonly #transactions: Transactions;
  readonly #keys: UserKeys;
  /** By id, which is never used again, and whose row never changes. */
  readonly #unsealed = new Map<number, Identity>();
  readonly #byDigest: RowStatement;
  readonly #byNamespace: RowStatement;
  readonly #bySubject: RowStatement;
  readonly #all: RowStatement;
  readonly #conflict: RowStatement;
  readonly #insert: RowStatement;
  readonly #remove: RowStatement;

  constructor(transactions: Transactions, keys: UserKeys) {
    const { database } = transactions;
    this.#transactions = transactions;
    this.#keys = keys;
    this.#byDigest = new RowStatement(
      database,
      'SELECT subject, namespace, uuid FROM users WHERE digest = ?',
    );
    const select = `SELECT ${columns} FROM users`;
    this.#byNamespace = new RowStatement(database, `${select} WHERE namespace = ?`);
    this.#bySubject = new RowStatement(database, `${select} WHERE subject = ?`);
    this.#all = new RowStatement(database, `${select} ORDER BY subject`);
    this.#conflict = new RowStatement(
      database,
      'SELECT subject, namespace, uuid FROM users WHERE subject = ? OR namespace = ? OR uuid = ?',
    );
    this.#insert = new RowStatement(
      database,
      'INSERT INTO users (subject, namespace, uuid, digest, sealed_key) VALUES (?, ?, ?, ?, ?)',
    );
    this.#remove = new RowStatement(database, 'DELETE FROM users WHERE subject = ?');
  }

  authenticate(uuid: string, key: string): Identity | undefined {
    // Whatever comes, one hash of bounded length and one search: for a key that is right, nearly right or
    // none at all. What the search compares is the hash, which nobody can aim at without the secret.
    const isBounded = uuid.length + key.length < authKeyLengthMax;
    const authKey = isBounded ? `${uuid}:${key}` : nobody;
    const row = this.#byDigest.get(this.#keys.digest(authKey));
    if (row === undefined) return undefined;
    return {
      subject: toText(row[0]),
      namespace: toText(row[1]),
      uuid: toText(row[2]),
      authKey,
    };
  }

  ownerOf(namespace: string): Identity | undefined {
    return this.#toIdentity(this.#byNamespace.get(namespace));
  }

  find(subject: string): Identity | undefined {
    return this.#toIdentity(this.#bySubject.get(subject));
  }

  list(): readonly Identity[] {
    return this.#all.all().map((row) => this.#unseal(row));
  }

  create(request: UserRequest): Identity {
    const { key, ...owner } = parseUserRequest(request);
    const { subject, namespace, uuid } = owner;
    const authKey = `${uuid}:${key}`;
    const digest = this.#keys.digest(authKey);
    const sealed = this.#keys.seal(key, owner);
    return this.#transactions.run(() => {
      const conflict = this.#conflict.get(subject, namespace, uuid);
      if (conflict !== undefined) throw exists(owner, conflict);
      this.#insert.run(subject, namespace, uuid, digest, sealed);
      return { ...owner, authKey };
    });
  }

  remove(subject: string): boolean {
    return this.#remove.run(subject) > 0;
  }

  /** Creates the published users, in a database that has just been made. */
  seed(): void {
    const { database } = this.#transactions;
    const insert = new RowStatement(database, 'INSERT INTO facts (name, value) VALUES (?, ?)');
    insert.run(checkFact, this.#keys.digest(checkText));
    for (const user of defaultUsers) this.create(user);
  }

  /** Whether the users were created under this secret. */
  hasMatchingKeys(): boolean {
    const { database } = this.#transactions;
    const row = new RowStatement(database, 'SELECT value FROM facts WHERE name = ?').get(checkFact);
    return row !== undefined && this.#keys.digest(checkText).equals(toBytes(row[0]));
  }

  #toIdentity(row: Row | undefined): Identity | undefined {
    return row === undefined ? undefined : this.#unseal(row);
  }

  #unseal(row: Row): Identity {
    const id = toNumber(row[0]);
    const known = this.#unsealed.get(id);
    if (known !== undefined) return known;
    const owner = { subject: toText(row[1]), namespace: toText(row[2]), uuid: toText(row[3]) };
    const key = this.#keys.unseal(toBytes(row[4]), owner);
    if (key === undefined)
      throw new StorageError(
        'WW_ERR_STORAGE_UNREADABLE',
        `The key of user "${owner.subject}" was damaged or changed in the database. Remove this user and create it anew.`,
      );
    const identity = { ...owner, authKey: `${owner.uuid}:${key}` };
    if (this.#unsealed.size >= unsealedMax) this.#unsealed.clear();
    this.#unsealed.set(id, identity);
    return identity;
  }
}

function exists({ subject, namespace }: Owner, conflict: Row): Rejection {
  const taken =
    conflict[0] === subject
      ? `A user with subject "${subject}" exists`
      : conflict[1] === namespace
        ? `The namespace "${namespace}" belongs to "${toText(conflict[0])}"`
        : 'A user with this UUID exists';
  return new Rejection('WW_ERR_API_EXISTS', `${taken}. Choose another, or remove that user first.`);
}

type Owner = Pick<Identity, 'subject' | 'namespace'>;
