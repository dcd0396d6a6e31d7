import { RowStatement } from './row-statement.js';
import { toText, type Row } from './row-values.js';
import type { ApiRoute, ApiStore } from './stores.js';
import type { Transactions } from './transactions.js';

const columns = 'namespace, base_path, relative_path, method, document';
const order = 'ORDER BY base_path, relative_path, method';

/** Routes of the gateway. Lists are in the order of paths and methods. */
export class SqliteApiStore implements ApiStore {
  readonly #transactions: Transactions;
  readonly #put: RowStatement;
  readonly #list: RowStatement;
  readonly #listOfBase: RowStatement;
  readonly #remove: RowStatement;

  constructor(transactions: Transactions) {
    const { database } = transactions;
    this.#transactions = transactions;
    this.#put = new RowStatement(
      database,
      `REPLACE INTO api_routes (${columns}) VALUES (?, ?, ?, ?, ?)`,
    );
    this.#list = new RowStatement(
      database,
      `SELECT ${columns} FROM api_routes WHERE namespace = ? ${order}`,
    );
    this.#listOfBase = new RowStatement(
      database,
      `SELECT ${columns} FROM api_routes WHERE namespace = ? AND base_path = ? ${order}`,
    );
    this.#remove = new RowStatement(
      database,
      `DELETE FROM api_routes WHERE namespace = ? AND base_path = ?
        AND relative_path = ifnull(?, relative_path) AND method = ifnull(?, method)`,
    );
  }

  put({ namespace, basePath, relativePath, method, document }: ApiRoute): void {
    this.#transactions.run(() =>
      this.#put.run(namespace, basePath, relativePath, method, document),
    );
  }

  list(namespace: string, basePath?: string): readonly ApiRoute[] {
    const rows =
      basePath === undefined
        ? this.#list.all(namespace)
        : this.#listOfBase.all(namespace, basePath);
    return rows.map(toRoute);
  }

  remove(namespace: string, basePath: string, relativePath?: string, method?: string): number {
    const wanted = [namespace, basePath, relativePath ?? null, method ?? null] as const;
    return this.#transactions.run(() => this.#remove.run(...wanted));
  }
}

function toRoute(row: Row): ApiRoute {
  return {
    namespace: toText(row[0]),
    basePath: toText(row[1]),
    relativePath: toText(row[2]),
    method: toText(row[3]),
    document: toText(row[4]),
  };
}
