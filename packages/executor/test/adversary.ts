import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import wabt from 'wabt';
import { onTestFinished } from 'vitest';

const command = fileURLToPath(new URL('../../../node_modules/.bin/wasmwhisk', import.meta.url));
const { parseWat } = await wabt();

/** The types of wabt do not know all of its features. */
const features = { exceptions: true, multi_memory: true, threads: true };

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** Of the header `x-wasmwhisk-error`. */
  readonly code: string | null;
  readonly ms: number;
}

/** A real `wasmwhisk serve` under attack. */
export interface Target {
  post(path: string, body: string | Uint8Array<ArrayBuffer>): Promise<Answer>;
  init(id: string, module: Uint8Array, fields?: object): Promise<Answer>;
  run(id: string, fields?: object): Promise<Answer>;
  get(path: string): Promise<string>;
  /** With SIGKILL. */
  kill(): Promise<void>;
  /** Whether it lives. */
  readonly alive: boolean;
}

export function startTarget(...args: readonly string[]): Promise<Target> {
  return startTargetBy([], ...args);
}

/** As `startTarget`, through another command that runs the one after it. */
export async function startTargetBy(
  starter: readonly string[],
  ...args: readonly string[]
): Promise<Target> {
  const [file = '', ...rest] = [...starter, command, 'serve', '--port', '0', '--json', ...args];
  const child = spawn(file, rest, { stdio: ['ignore', 'pipe', 'ignore'] });
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  onTestFinished(kill);
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { url } = JSON.parse(line) as { url: string };
  // Read on: a full pipe is another attack.
  child.stdout.resume();
  const post: Target['post'] = async (path, body) => {
    const startedAt = performance.now();
    const response = await fetch(url + path, { method: 'POST', body });
    const text = await response.text();
    const code = response.headers.get('x-wasmwhisk-error');
    return { status: response.status, text, code, ms: performance.now() - startedAt };
  };
  return {
    post,
    get: async (path) => (await fetch(url + path)).text(),
    kill,
    init: (id, module, fields = {}) => {
      const code = Buffer.from(module).toString('base64');
      return post(`/${id}/init`, JSON.stringify({ value: { code, binary: true, ...fields } }));
    },
    run: (id, fields = {}) =>
      post(
        `/${id}/run`,
        JSON.stringify({
          value: {},
          namespace: id,
          deadline: String(Date.now() + 30_000),
          ...fields,
        }),
      ),
    get alive() {
      return child.exitCode === null && child.signalCode === null;
    },
  };
}

export function moduleOf(wat: string): Uint8Array {
  const parsed = parseWat('guest.wat', wat, features);
  try {
    return Uint8Array.from(parsed.toBinary({}).buffer);
  } finally {
    parsed.destroy();
  }
}

/** A command that may write (`$write`), and sleep for nanoseconds (`$sleep`). */
export function commandOf(
  body: string,
  { pages = 1, imports = '' }: { readonly pages?: number; readonly imports?: string } = {},
): Uint8Array {
  return moduleOf(`(module
    (import "wasi_snapshot_preview1" "fd_write"
      (func $fd_write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "poll_oneoff"
      (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))
    ${imports}
    (memory (export "memory") ${String(pages)})
    (func $write (param $stream i32) (param $at i32) (param $length i32)
      (i32.store (i32.const 0) (local.get $at))
      (i32.store (i32.const 4) (local.get $length))
      (drop (call $fd_write (local.get $stream) (i32.const 0) (i32.const 1) (i32.const 8))))
    (func $sleep (param $ns i64)
      (i32.store (i32.const 32) (i32.const 1))
      (i64.store (i32.const 40) (local.get $ns))
      (drop (call $poll_oneoff (i32.const 16) (i32.const 128) (i32.const 1) (i32.const 192))))
    (func (export "_start") ${body}))`);
}
