import { readFileSync } from 'node:fs';
import type { SettingValue } from './settings.js';

/**
 * What the configuration is for: `service` (many containers), `single` (the one of a Docker image),
 * `local` (one activation from a terminal).
 */
export type ConfigMode = 'service' | 'single' | 'local';

/** A default that differs from the schema's, and why; `reason` is a clause. */
export interface ModeDefault {
  readonly value: SettingValue;
  readonly reason: string;
}

const mebibyte = 1024 * 1024;
const pageBytes = 64 * 1024;

/** What Node.js and its threads need beside the guest. */
const ownMemoryBytes = 96 * mebibyte;

const guestMemoryBytesMax = 4096 * mebibyte;

/** Defaults of a mode, by path. */
export function modeDefaults(
  mode: ConfigMode,
  environment: Readonly<Record<string, string | undefined>>,
  memoryLimitBytes: number | undefined,
): ReadonlyMap<string, ModeDefault> {
  switch (mode) {
    case 'service':
      return new Map();
    case 'local':
      return new Map(
        Object.entries({
          'runtime.threads': { value: 1, reason: 'one activation' },
          'runtime.spareThreads': { value: 0, reason: 'one activation' },
          'policy.arrays': { value: true, reason: 'one activation' },
          'log.level': { value: 'silent', reason: "standard output is the action's" },
        }),
      );
    case 'single':
      return singleDefaults(environment, memoryLimitBytes);
  }
}

function singleDefaults(
  environment: Readonly<Record<string, string | undefined>>,
  memoryLimitBytes: number | undefined,
): ReadonlyMap<string, ModeDefault> {
  const reason = 'single mode';
  const defaults = new Map<string, ModeDefault>([
    ['server.host', { value: '0.0.0.0', reason }],
    ['server.port', { value: 8080, reason }],
    ['policy.arrays', { value: true, reason: 'single mode: no other action is there' }],
    ['log.level', { value: 'silent', reason: "single mode: standard output is the action's" }],
  ]);
  // OpenWhisk's installer always passes the variable, mostly as `false`; nothing but `true` enables it.
  if (environment['__OW_ALLOW_CONCURRENT']?.trim().toLowerCase() !== 'true') {
    const why = 'single mode, and __OW_ALLOW_CONCURRENT is not true';
    defaults.set('containers.concurrency', { value: 1, reason: why });
    defaults.set('runtime.threads', { value: 1, reason: why });
  }
  if (memoryLimitBytes !== undefined)
    defaults.set('limits.memoryBytes', {
      value: guestShare(memoryLimitBytes),
      reason: `single mode, below the control group's limit of ${String(Math.floor(memoryLimitBytes / mebibyte))} MiB`,
    });
  return defaults;
}

/** What a guest gets of a container's memory: all but what we need ourselves, and at least half. */
function guestShare(limitBytes: number): number {
  const share = Math.max(limitBytes - ownMemoryBytes, limitBytes / 2);
  const pages = Math.floor(Math.min(share, guestMemoryBytesMax) / pageBytes);
  return Math.max(1, pages) * pageBytes;
}

/** Both generations of control groups; the first that exists counts. */
const memoryLimitFiles = [
  '/sys/fs/cgroup/memory.max',
  '/sys/fs/cgroup/memory/memory.limit_in_bytes',
];

/** The first generation says "no limit" with a number near 2^63. */
const unlimitedBytes = 2 ** 60;

/** The memory that this process's control group may use; `undefined` when there is no limit or none can be read. */
export function readMemoryLimit(files: readonly string[] = memoryLimitFiles): number | undefined {
  for (const file of files) {
    let text: string;
    try {
      text = readFileSync(file, 'utf8').trim();
    } catch {
      // The other generation, another system, or the host's root group, which has no limit.
      continue;
    }
    const bytes = /^\d+$/.test(text) ? Number(text) : Infinity;
    return bytes < unlimitedBytes ? bytes : undefined;
  }
  return undefined;
}
