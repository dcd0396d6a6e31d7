import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';

/** How long a process has to end after SIGTERM, in milliseconds. */
const graceMs = 10_000;
/** Most characters kept of what a process writes to stderr. */
const errorTextMax = 8192;

const owned = new Set<ChildProcess>();
let watching = false;

export interface OwnedProcessOptions {
  /** Added to our own environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Whether stdout is kept for `output`. Default: it goes nowhere. */
  readonly keepsOutput?: boolean;
  /** Whether stderr goes nowhere, for programs that write a line for each request. Default: its end is kept. */
  readonly dropsErrors?: boolean;
}

/** A child process that never outlives us. */
export class OwnedProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #output = '';
  #errors = '';

  constructor(file: string, args: readonly string[], options: OwnedProcessOptions = {}) {
    watchOurEnd();
    const stdio: StdioOptions = [
      'ignore',
      options.keepsOutput === true ? 'pipe' : 'ignore',
      options.dropsErrors === true ? 'ignore' : 'pipe',
    ];
    this.#child = spawn(file, args, { stdio, env: { ...process.env, ...options.env } });
    owned.add(this.#child);
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-errorTextMax);
    });
    this.#exited = new Promise((resolve, reject) => {
      this.#child.once('close', () => {
        owned.delete(this.#child);
        resolve();
      });
      this.#child.once('error', reject);
    });
    // Seen by whoever waits for the end; a process that nobody waits for may fail quietly.
    this.#exited.catch(() => undefined);
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('The process could not be started.');
    return this.#child.pid;
  }

  /** `undefined` while it runs. */
  get exitCode(): number | NodeJS.Signals | undefined {
    return this.#child.exitCode ?? this.#child.signalCode ?? undefined;
  }

  /** The end of what it wrote to stderr. */
  get errors(): string {
    return this.#errors;
  }

  /** Waits until it ends by itself, and gives its stdout. Throws when it fails. */
  async output(): Promise<string> {
    await this.#exited;
    if (this.exitCode !== 0)
      throw new Error(`A process ended with ${String(this.exitCode)}: ${this.#errors.trim()}`);
    return this.#output;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** SIGTERM, and SIGKILL when that does not help. Idempotent. */
  async end(): Promise<void> {
    if (this.exitCode !== undefined || this.#child.pid === undefined) return;
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), graceMs);
    this.#child.kill('SIGTERM');
    await this.#exited;
    clearTimeout(timer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}

/** Runs a file of ours in a process of its own and reads the JSON that it prints. */
export async function runForJson(file: URL, args: readonly string[]): Promise<unknown> {
  await using child = new OwnedProcess(process.execPath, [file.pathname, ...args], {
    keepsOutput: true,
  });
  return JSON.parse(await child.output()) as unknown;
}

function watchOurEnd(): void {
  if (watching) return;
  watching = true;
  process.once('exit', () => {
    for (const child of owned) child.kill('SIGKILL');
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => {
      process.exit(1);
    });
}

/** Waits until a condition holds, asking again and again. */
export async function waitFor(
  condition: () => boolean | Promise<boolean>,
  { timeoutMs, everyMs, what }: WaitOptions,
): Promise<void> {
  const giveUpAt = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > giveUpAt)
      throw new Error(`Gave up after ${String(timeoutMs)} ms waiting until ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly everyMs: number;
  /** A clause for the message. */
  readonly what: string;
}
