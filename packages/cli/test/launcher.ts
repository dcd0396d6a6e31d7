import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

const root = path.join(import.meta.dirname, '../../..');

/** The committed launcher, as npm links it. */
export const launcher: string = path.join(root, 'packages/cli/bin/wasmwhisk');

/** A guest of the executor's checklist, or an example action. */
export function guest(name: string): string {
  return path.join(root, `packages/executor/guests/build/${name}.wasm`);
}

/** A guest of the conformance suite, such as `command-exit.component`. */
export function conformanceGuest(name: string): string {
  return path.join(root, `packages/runtime-conformance/dist/guests/${name}.wasm`);
}

export const addAction: string = path.join(root, 'examples/actions/add/build/add.wasm');
export const addComponent: string = path.join(root, 'examples/actions/add-component/add.wasm');
/** Waits as many milliseconds as its argument `wait_ms` says. */
export const waitAction: string = path.join(root, 'examples/actions/net/net.wasm');
export const startScript: string = path.join(root, 'scripts/start.ts');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface LaunchOptions {
  readonly input?: string | Uint8Array;
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A command that goes on, with what it wrote so far. */
export interface Launched {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly ended: Promise<Ended>;
}

/** Nothing of the environment in which the tests run that could change what a command does. */
function cleanEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined &&
        !/^(WASMWHISK_|WHISK_|WSK_|XDG_|__OW_|NODE_OPTIONS|VITEST)/.test(entry[0]),
    ),
  );
}

/** Starts a program; it is killed when the test ends before it does. */
export function start(
  file: string,
  args: readonly string[],
  { input, environment = {}, cwd }: LaunchOptions = {},
): Launched {
  const child = spawn(file, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...cleanEnvironment(), ...environment },
    ...(cwd === undefined ? {} : { cwd }),
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
    });
  // A program that never reads closes the pipe before all is in it.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input ?? '');
  const ended = once(child, 'close').then(([code, signal]): Ended => {
    return {
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
      ...written,
    };
  });
  return { child, stdout: () => written.stdout, stderr: () => written.stderr, ended };
}

/** Runs `wasmwhisk` to its end. */
export function wasmwhisk(args: readonly string[], options?: LaunchOptions): Promise<Ended> {
  return start(launcher, args, options).ended;
}

/** A folder that goes with the test. */
export function scratchFolder(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'wasmwhisk-cli-test-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  for (const [name, content] of Object.entries(files))
    writeFileSync(path.join(folder, name), content);
  return folder;
}

/** Waits until something holds. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + 20_000;
  while (!(await holds())) {
    if (performance.now() > giveUpAt) throw new Error('it did not come about within 20 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** An error that `--json` prints on stderr. */
export function errorOf(ended: Ended): {
  readonly code: string;
  readonly message: string;
  readonly exitCode: number;
} {
  const parsed = JSON.parse(ended.stderr) as {
    readonly error: { code: string; message: string; exitCode: number };
  };
  return parsed.error;
}
