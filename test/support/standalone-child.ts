import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'vitest';
import { LineCollector } from './line-collector.js';

const command = join(import.meta.dirname, '../../node_modules/.bin/wasmwhisk');

/** `wasmwhisk standalone` as a process of its own. */
export interface ChildStandalone extends AsyncDisposable {
  readonly process: ChildProcess;
  readonly url: string;
  readonly port: number;
  /** Without the line that says where it listens. */
  readonly stdout: LineCollector;
  readonly stderr: LineCollector;
  signal(name: NodeJS.Signals): void;
  /** Resolves when the process has ended and its streams are read. */
  readonly exit: Promise<ChildExit>;
}

export interface ChildExit {
  readonly code: number | null;
  readonly signal: string | null;
}

interface Started {
  readonly process: ChildProcess;
  readonly stdout: LineCollector;
  readonly stderr: LineCollector;
  readonly exit: Promise<ChildExit>;
}

export interface ChildOptions {
  /** No file grows beyond this, as on a full disk. Default: what the system allows. */
  readonly fileBytesMax?: number;
  /** Most open files of the process. Default: what the system allows. */
  readonly descriptorsMax?: number;
  /** Beside `PATH`. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts the command and waits for nothing. */
export function spawnStandalone(
  args: readonly string[],
  { fileBytesMax, descriptorsMax, environment = {} }: ChildOptions = {},
): Started {
  // The shell counts in blocks of 512 bytes, and becomes the command.
  const limits = [
    ...(fileBytesMax === undefined ? [] : [`-f ${String(Math.floor(fileBytesMax / 512))}`]),
    ...(descriptorsMax === undefined ? [] : [`-n ${String(descriptorsMax)}`]),
  ].map((limit) => `ulimit ${limit} && `);
  const [program = '', ...all] = [
    ...(limits.length === 0 ? [] : ['sh', '-c', `${limits.join('')}exec "$@"`, 'sh']),
    command,
    'standalone',
    '--port',
    '0',
    '--json',
    ...args,
  ];
  const child = spawn(program, all, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], ...environment },
  });
  const stdout = new LineCollector();
  const stderr = new LineCollector();
  child.stdout.setEncoding('utf8').on('data', stdout.write);
  child.stderr.setEncoding('utf8').on('data', stderr.write);
  const exit = once(child, 'close').then(([code, signal]: (number | string | null)[]) => ({
    code: code as number | null,
    signal: signal as string | null,
  }));
  return { process: child, stdout, stderr, exit };
}

/** Starts the command and waits until it listens. */
export async function startChildStandalone(
  args: readonly string[],
  options: ChildOptions = {},
): Promise<ChildStandalone> {
  const started = spawnStandalone(args, options);
  const { process: child, stdout, stderr, exit } = started;
  const dispose = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await exit;
  };
  try {
    await expect
      .poll(() => stdout.lines.length > 0 || child.exitCode !== null, { timeout: 30_000 })
      .toBe(true);
    expect(stdout.lines, stderr.text).not.toEqual([]);
    const { port } = JSON.parse(stdout.takeLine()) as { port: number };
    return {
      ...started,
      url: `http://127.0.0.1:${String(port)}`,
      port,
      signal: (name) => {
        child.kill(name);
      },
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}
