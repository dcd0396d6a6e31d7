import type { AcceptedActivation, ActivationRecord } from '../entities/activation-record.js';
import { ActivationRetention, type ActivationRetentionOptions } from './activation-retention.js';
import {
  activationSql,
  findIdBytes,
  fromRow,
  fromSummaryRow,
  queryParameters,
  toAcceptedDocument,
  toActivationSql,
  toIdBytes,
  toLostRecord,
  toRow,
} from './activation-rows.js';
import { GroupCommit } from './group-commit.js';
import { RowStatement } from './row-statement.js';
import { toNumber, toText } from './row-values.js';
import type { ActivationQuery, ActivationStore, ActivationSummary, Page } from './stores.js';
import type { Transactions } from './transactions.js';

/**
 * Records of activations. Writes of a few turns of the event loop share a transaction, because a transaction
 * costs several times what a record does.
 */
export class SqliteActivationStore implements ActivationStore {
  readonly #transactions: Transactions;
  readonly #group: GroupCommit;
  readonly #retention: ActivationRetention;
  /** Ids that may have a note. Most records never had one, and are spared the look. */
  readonly #accepted = new Set<string>();
  readonly #lists = new Map<string, RowStatement>();
  readonly #insert: RowStatement;
  readonly #find: RowStatement;
  readonly #accept: RowStatement;
  readonly #forget: RowStatement;

  /** @param path of the database, for errors */
  constructor(transactions: Transactions, path: string, retention: ActivationRetentionOptions) {
    const { database } = transactions;
    this.#transactions = transactions;
    this.#group = new GroupCommit(transactions, path);
    this.#insert = new RowStatement(database, activationSql.insert);
    this.#find = new RowStatement(database, activationSql.find);
    this.#accept = new RowStatement(database, activationSql.accept);
    this.#forget = new RowStatement(database, activationSql.forget);
    this.#recordLost();
    this.#retention = new ActivationRetention(transactions, retention);
    this.#retention.schedule();
  }

  accept(activation: AcceptedActivation): Promise<void> {
    const { activationId } = activation;
    this.#accepted.add(activationId);
    return this.#group.add(() => {
      this.#accept.run(toIdBytes(activationId), toAcceptedDocument(activation));
    });
  }

  store(record: ActivationRecord): Promise<void> {
    const { activationId } = record;
    return this.#group.add(
      () => {
        this.#insert.run(...toRow(record));
        if (this.#accepted.has(activationId)) this.#forget.run(toIdBytes(activationId));
      },
      () => {
        this.#accepted.delete(activationId);
        this.#retention.countInsert(record);
      },
    );
  }

  find(namespace: string, activationId: string): ActivationRecord | undefined {
    const id = findIdBytes(activationId);
    if (id === undefined) return undefined;
    this.#group.flush();
    const row = this.#find.get(id, namespace);
    return row === undefined ? undefined : fromRow(row);
  }

  list(query: ActivationQuery, page: Page): readonly ActivationSummary[] {
    this.#group.flush();
    const { limit, skip } = page;
    const rows = this.#statement('list', query).all(...queryParameters(query), limit, skip);
    return rows.map(fromSummaryRow);
  }

  count(query: ActivationQuery): number {
    this.#group.flush();
    return toNumber(this.#statement('count', query).get(...queryParameters(query))?.[0]);
  }

  /** Commits what is pending, and takes nothing more. */
  close(): void {
    this.#retention.close();
    this.#group.close();
  }

  #statement(form: 'list' | 'count', query: ActivationQuery): RowStatement {
    const sql = toActivationSql(form, query);
    const known = this.#lists.get(sql);
    if (known !== undefined) return known;
    const statement = new RowStatement(this.#transactions.database, sql);
    this.#lists.set(sql, statement);
    return statement;
  }

  /** What a server before us accepted and did not end gets a record that says so. */
  #recordLost(): void {
    const { database } = this.#transactions;
    const isStored = new RowStatement(database, activationSql.isStored);
    this.#transactions.run(() => {
      for (const row of new RowStatement(database, activationSql.leftOver).all()) {
        const record = toLostRecord(toText(row[0]));
        // A note that came after its record changes nothing about it.
        if (isStored.get(toIdBytes(record.activationId)) === undefined)
          this.#insert.run(...toRow(record));
      }
      new RowStatement(database, activationSql.forgetAll).run();
    });
  }
}
