import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { guest } from './guests.js';
import type { ServiceExecutor } from './test-executor.js';

/** What an executor holds. Sockets are those of the whole process. */
export interface Resources {
  readonly containers: number;
  readonly running: number;
  readonly queued: number;
  readonly waiting: number;
  /** Threads of this process beside the pool's, which come and go with the load. */
  readonly threads: number;
  readonly sockets: number;
  readonly servers: number;
  /** Folders with the files of archives. */
  readonly folders: number;
}

export function readResources({ executor }: ServiceExecutor): Resources {
  const { runningRuns, queuedRuns, waitingRuns, threads } = executor.runner.status();
  const active = process.getActiveResourcesInfo();
  return {
    containers: executor.containers.size,
    running: runningRuns,
    queued: queuedRuns,
    waiting: waitingRuns,
    threads: readdirSync('/proc/self/task').length - threads,
    sockets: active.filter((type) => type === 'TCPSocketWrap').length,
    servers: active.filter((type) => type === 'TCPServerWrap').length,
    folders: countFolders(),
  };
}

function countFolders(): number {
  const prefix = `wasmwhisk-${String(process.pid)}-`;
  return readdirSync(tmpdir())
    .filter((name) => name.startsWith(prefix))
    .reduce((count, name) => count + readdirSync(join(tmpdir(), name)).length, 0);
}

/** Waits until the executor holds no more than it did then. Threads that replace ended ones take a moment. */
export async function expectNothingMore(
  service: ServiceExecutor,
  before: Resources,
): Promise<void> {
  const more = (): Partial<Resources> => {
    const now = readResources(service);
    const names = Object.keys(before) as (keyof Resources)[];
    return Object.fromEntries(
      names.filter((name) => now[name] > before[name]).map((name) => [name, now[name]]),
    );
  };
  await expect.poll(more, { timeout: 20_000, interval: 20 }).toEqual({});
}

/** Initializes, runs and destroys an action: all is well. */
export async function expectWell(service: ServiceExecutor): Promise<void> {
  const container = service.container();
  expect((await container.init({ code: guest('echo') })).text).toBe('{"ok":true}');
  expect((await container.run({ all: 'well' })).text).toBe('{"all":"well"}');
  expect((await container.post('/destroy', '')).status).toBe(200);
}
