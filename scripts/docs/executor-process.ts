import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** What a page may ask to have running: how it is started, and the address that the page's text uses. */
export const executorModes = {
  executor: { command: ['serve'], written: '127.0.0.1:9000', alive: '/health' },
  single: {
    command: ['serve', '--single', '--host', '127.0.0.1'],
    written: '127.0.0.1:8080',
    alive: '/health',
  },
  standalone: { command: ['standalone', '--memory'], written: '127.0.0.1:3233', alive: '/ping' },
} as const;

export type ExecutorMode = keyof typeof executorModes;

const startMs = 15_000;
const pollMs = 50;

/** A running executor of this checkout. */
export interface ExecutorProcess extends AsyncDisposable {
  /** Host and port it listens on. */
  readonly address: string;
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

async function isUp(url: string): Promise<boolean> {
  try {
    const response = await fetch(url);
    return response.ok;
  } catch {
    // Nobody listens yet.
    return false;
  }
}

/** Starts it on a free port and waits until it answers. */
export async function startExecutor(root: string, mode: ExecutorMode): Promise<ExecutorProcess> {
  const { command, alive } = executorModes[mode];
  const port = await findFreePort();
  const address = `127.0.0.1:${String(port)}`;
  const child = spawn(
    join(root, 'node_modules', '.bin', 'wasmwhisk'),
    [...command, '--port', String(port)],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const ended = once(child, 'close');
  const giveUp = Date.now() + startMs;
  while (!(await isUp(`http://${address}${alive}`))) {
    if (child.exitCode !== null || Date.now() > giveUp) {
      child.kill('SIGKILL');
      throw new Error(`wasmwhisk ${command.join(' ')} did not come up on ${address}: ${complaint}`);
    }
    await delay(pollMs);
  }
  return {
    address,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
