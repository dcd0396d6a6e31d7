import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { guestKey } from '../load/actions.ts';
import { JsonClient } from '../load/json-client.ts';
import { command, freePort, waitForAnswer } from './executor-process.ts';
import { OwnedProcess } from './owned-process.ts';
import { wasmtimeVariable } from './wasmtime-command.ts';

/** `Authorization` of `guest`. */
export const guestAuthorization = `Basic ${Buffer.from(guestKey).toString('base64')}`;

/** `wasmwhisk standalone` with its database in a folder of its own. */
export class StandaloneProcess implements AsyncDisposable {
  readonly process: OwnedProcess;
  readonly url: string;
  readonly #remove: () => void;

  private constructor(owned: OwnedProcess, url: string, remove: () => void) {
    this.process = owned;
    this.url = url;
    this.#remove = remove;
  }

  get pid(): number {
    return this.process.pid;
  }

  /** Starts it and waits until it would take an invocation. */
  static async start(args: readonly string[] = []): Promise<StandaloneProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'wasmwhisk-bench-'));
    const remove = (): void => {
      rmSync(folder, { recursive: true, force: true });
    };
    // Also when a signal ends us, and nobody calls `end`.
    process.once('exit', remove);
    const port = await freePort();
    const owned = new OwnedProcess(
      command,
      ['standalone', '--data', join(folder, 'data'), '--port', String(port), ...args],
      { env: { TMPDIR: folder, [wasmtimeVariable]: undefined } },
    );
    const url = `http://127.0.0.1:${String(port)}`;
    try {
      await using client = new JsonClient(url, 1);
      await waitForAnswer(owned, client, '/ready', 'standalone is ready', 5);
    } catch (error) {
      await owned.end();
      remove();
      throw error;
    }
    return new StandaloneProcess(owned, url, remove);
  }

  /** A client with the guest's key. */
  client(connections: number): JsonClient {
    return new JsonClient(this.url, connections, { authorization: guestAuthorization });
  }

  /** Ends it and removes its folder. Idempotent. */
  async end(): Promise<void> {
    await this.process.end();
    this.#remove();
    process.off('exit', this.#remove);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}
