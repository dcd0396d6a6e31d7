import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JsonClient } from '../load/json-client.ts';
import { Inspector } from './inspector.ts';
import { OwnedProcess, waitFor } from './owned-process.ts';
import type { MeasuredRuntime } from './runtimes.ts';
import { wasmtimeVariable } from './wasmtime-command.ts';

/** The launcher of the command line. */
export const command: string = join(import.meta.dirname, '../../packages/cli/bin/wasmwhisk');

const stallProbe = new URL('stall-probe.ts', import.meta.url).href;

export interface ExecutorProcessOptions {
  /** Configuration by path, such as `limits.logBytes`. Default: what ships. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Runtime of all actions. Default: what ships chooses. */
  readonly runtime?: MeasuredRuntime | 'wasmer' | 'jco';
  /** Where it reports the longest stall of its event loop on SIGUSR2. Default: nowhere. */
  readonly stallReportFile?: string;
  /** Opens the inspector, so that garbage can be collected on demand. Default: it stays closed. */
  readonly inspected?: boolean;
}

interface Started {
  readonly url: string;
  readonly temporaryFolder: string;
  readonly listeningAfterMs: number;
  readonly inspector: Inspector | undefined;
  readonly removeAtExit: () => void;
}

/** `wasmwhisk serve` in a process of its own, on a port and with a folder for temporary files of its own. */
export class ExecutorProcess implements AsyncDisposable {
  readonly process: OwnedProcess;
  readonly url: string;
  readonly temporaryFolder: string;
  /** From the start of the process to the first answer, in milliseconds. */
  readonly listeningAfterMs: number;
  readonly inspector: Inspector | undefined;
  readonly #removeAtExit: () => void;

  private constructor(process: OwnedProcess, started: Started) {
    this.process = process;
    this.url = started.url;
    this.temporaryFolder = started.temporaryFolder;
    this.listeningAfterMs = started.listeningAfterMs;
    this.inspector = started.inspector;
    this.#removeAtExit = started.removeAtExit;
  }

  get pid(): number {
    return this.process.pid;
  }

  /** Starts it and waits until it would take a run. */
  static async start(options: ExecutorProcessOptions = {}): Promise<ExecutorProcess> {
    const temporaryFolder = mkdtempSync(join(tmpdir(), 'wasmwhisk-bench-'));
    // Also when a signal ends us, and nobody calls `end`.
    const removeAtExit = (): void => {
      rmSync(temporaryFolder, { recursive: true, force: true });
    };
    process.once('exit', removeAtExit);
    const port = await freePort();
    const inspectorPort = options.inspected === true ? await freePort() : undefined;
    const startedAt = performance.now();
    const child = new OwnedProcess(command, toArguments(port, options), {
      env: {
        TMPDIR: temporaryFolder,
        // It refuses variables with its prefix that it does not know.
        [wasmtimeVariable]: undefined,
        ...(inspectorPort === undefined
          ? {}
          : { NODE_OPTIONS: `--inspect=127.0.0.1:${String(inspectorPort)}` }),
        ...(options.stallReportFile === undefined
          ? {}
          : { NODE_OPTIONS: `--import=${stallProbe}`, STALL_REPORT: options.stallReportFile }),
      },
    });
    try {
      const url = `http://127.0.0.1:${String(port)}`;
      await using client = new JsonClient(url, 1);
      await waitForAnswer(child, client, '/health', 'listens', 2);
      const listeningAfterMs = performance.now() - startedAt;
      await waitForAnswer(child, client, '/ready', 'is ready', 5);
      const inspector =
        inspectorPort === undefined ? undefined : await Inspector.open(inspectorPort);
      return new ExecutorProcess(child, {
        url,
        temporaryFolder,
        listeningAfterMs,
        inspector,
        removeAtExit,
      });
    } catch (error) {
      await child.end();
      removeAtExit();
      process.off('exit', removeAtExit);
      throw error;
    }
  }

  /** Ends it and removes its temporary folder. Idempotent. */
  async end(): Promise<void> {
    this.inspector?.close();
    await this.process.end();
    this.#removeAtExit();
    process.off('exit', this.#removeAtExit);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}

/** Waits until a GET is answered with 200, or throws with what the process wrote when it ended. */
export async function waitForAnswer(
  child: OwnedProcess,
  client: JsonClient,
  path: string,
  what: string,
  everyMs: number,
): Promise<void> {
  await waitFor(
    async () => {
      if (child.exitCode !== undefined)
        throw new Error(`wasmwhisk ended with ${String(child.exitCode)}: ${child.errors}`);
      try {
        return (await client.get(path)).status === 200;
      } catch {
        // Refused: it does not listen yet.
        return false;
      }
    },
    { timeoutMs: 20_000, everyMs, what: `wasmwhisk ${what}` },
  );
}

function toArguments(
  port: number,
  { settings = {}, runtime }: ExecutorProcessOptions,
): readonly string[] {
  const set = Object.entries(settings).flatMap(([path, value]) => [
    '--set',
    `${path}=${String(value)}`,
  ]);
  const chosen = runtime === undefined ? [] : ['--runtime', runtime];
  return ['serve', '--host', '127.0.0.1', '--port', String(port), ...chosen, ...set];
}

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('There is no free port.');
  return address.port;
}
