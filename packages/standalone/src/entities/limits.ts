import type { StandaloneConfig } from '../config/schema.js';
import { Rejection } from '../rejections.js';
import type { ActionLimits } from './entity.js';
import { isJsonObject, memberOf } from './json-members.js';

/** The limits that a body names; the others keep what they are. */
export type LimitsPatch = Partial<ActionLimits>;

const mebibyte = 1024 * 1024;

/** The limits as documents name them. */
const fields = {
  timeoutMs: { name: 'timeout', unit: ' ms' },
  memoryMiB: { name: 'memory', unit: ' MB' },
  logsMiB: { name: 'logs', unit: ' MB' },
  concurrency: { name: 'concurrency', unit: '' },
  instances: { name: 'instances', unit: '' },
} as const satisfies Record<keyof ActionLimits, { name: string; unit: string }>;

const keys = Object.keys(fields) as (keyof ActionLimits)[];

/** The part of the configuration that limits are checked against. */
export type LimitsConfig = Pick<StandaloneConfig, 'actions' | 'throttle'>;

/** What an action gets whose body names no limits. */
export function defaultLimits({ actions }: LimitsConfig): ActionLimits {
  const { timeoutMs, memoryMiB, logsMiB, concurrency } = actions;
  return { timeoutMs, memoryMiB, logsMiB, concurrency, instances: undefined };
}

/**
 * Reads `limits` of a body, without their bounds. Other members are ignored.
 *
 * @param value Of `parseExactJson`. Absent (`undefined` or `null`): no limits.
 * @throws Rejection `WW_ERR_API_BODY` when it is no object; `WW_ERR_API_LIMIT` of anything but integers
 */
export function parseLimits(value: unknown): LimitsPatch {
  if (value === undefined || value === null) return {};
  if (!isJsonObject(value)) throw new Rejection('WW_ERR_API_BODY', '"limits" must be an object.');
  const patch: { -readonly [Key in keyof LimitsPatch]: LimitsPatch[Key] } = {};
  for (const key of keys) {
    const { name } = fields[key];
    const found = memberOf(value, name);
    if (found === undefined) continue;
    // By its text, which is there of numbers such as `60000.0` too.
    const limit = Number(JSON.stringify(found));
    if (!Number.isSafeInteger(limit))
      throw new Rejection('WW_ERR_API_LIMIT', `The limit "${name}" must be an integer.`);
    patch[key] = limit;
  }
  return patch;
}

/**
 * Checks limits against the bounds of the configuration.
 *
 * @throws Rejection `WW_ERR_API_LIMIT`
 */
export function assertLimits(patch: LimitsPatch, config: LimitsConfig): void {
  for (const key of keys) {
    const limit = patch[key];
    if (limit === undefined) continue;
    const { least, most } = boundsOf(key, config);
    if (limit >= least && limit <= most) continue;
    const { name, unit } = fields[key];
    throw new Rejection(
      'WW_ERR_API_LIMIT',
      `${breach(key, limit, least, most)} The limit "${name}" must be between ${String(least)} and ${String(most)}${unit}.`,
    );
  }
}

/** OpenWhisk's sentence, letter for letter: scripts match it. */
function breach(key: keyof ActionLimits, limit: number, least: number, most: number): string {
  const [word, bound] = limit < least ? ['below', least] : ['exceeds', most];
  const sentence = (subject: string, unit: string, allowed: string): string =>
    `The request content was malformed:\nrequirement failed: ${subject} ${String(limit)}${unit} ${word} allowed threshold of ${allowed}.`;
  switch (key) {
    case 'timeoutMs':
      return sentence('duration', ' milliseconds', `${String(bound)} milliseconds`);
    case 'memoryMiB':
    case 'logsMiB':
      return limit < 0
        ? 'The request content was malformed:\nrequirement failed: a negative size of an object is not allowed.'
        : sentence(
            key === 'memoryMiB' ? 'memory' : 'log size',
            ' MB',
            `${String(bound * mebibyte)} B`,
          );
    case 'concurrency':
      return sentence('concurrency', '', String(bound));
    case 'instances':
      return limit < least
        ? `Action container concurrency must be greater than or equal to ${String(least)}.`
        : `Max action instance concurrency must not exceed your namespace concurrency of ${String(most)}.`;
  }
}

/** Lays the limits that a body names over others, each by itself. */
export function mergeLimits(limits: ActionLimits, patch: LimitsPatch): ActionLimits {
  return { ...limits, ...patch };
}

/** `limits` of a document: one JSON object. `instances` stands there only if it is set. */
export function toLimitsText(limits: ActionLimits): string {
  const { timeoutMs, memoryMiB, logsMiB, concurrency, instances } = limits;
  return JSON.stringify({
    timeout: timeoutMs,
    memory: memoryMiB,
    logs: logsMiB,
    concurrency,
    instances,
  });
}

function boundsOf(
  key: keyof ActionLimits,
  { actions, throttle }: LimitsConfig,
): { readonly least: number; readonly most: number } {
  switch (key) {
    case 'timeoutMs':
      return { least: actions.timeoutMsMin, most: actions.timeoutMsMax };
    case 'memoryMiB':
      return { least: actions.memoryMiBMin, most: actions.memoryMiBMax };
    case 'logsMiB':
      return { least: 0, most: actions.logsMiBMax };
    case 'concurrency':
      return { least: 1, most: actions.concurrencyMax };
    case 'instances':
      return { least: 0, most: throttle.concurrentInvocations };
  }
}
