import { describe, expect, it } from 'vitest';
import { isRejection } from '../rejections.js';
import { parseExactJson } from './exact-json.js';
import {
  assertLimits,
  defaultLimits,
  mergeLimits,
  parseLimits,
  toLimitsText,
  type LimitsConfig,
} from './limits.js';

const config: LimitsConfig = {
  actions: {
    timeoutMs: 60_000,
    timeoutMsMin: 100,
    timeoutMsMax: 300_000,
    memoryMiB: 256,
    memoryMiBMin: 128,
    memoryMiBMax: 512,
    logsMiB: 10,
    logsMiBMax: 10,
    concurrency: 1,
    concurrencyMax: 200,
  },
  throttle: { invocationsPerMinute: 60, firesPerMinute: 60, concurrentInvocations: 30 },
};

function codeOf(value: unknown): string | undefined {
  try {
    assertLimits(parseLimits(value), config);
  } catch (error) {
    return isRejection(error) ? error.code : 'no rejection';
  }
  return undefined;
}

describe('limits', () => {
  it('have defaults, which a body changes one by one', () => {
    const limits = mergeLimits(
      defaultLimits(config),
      parseLimits({ memory: 128, logs: 0, timeout: null, unknown: 'x' }),
    );
    expect(limits).toEqual({
      timeoutMs: 60_000,
      memoryMiB: 128,
      logsMiB: 0,
      concurrency: 1,
      instances: undefined,
    });
    expect(JSON.parse(toLimitsText(limits))).toEqual({
      timeout: 60_000,
      memory: 128,
      logs: 0,
      concurrency: 1,
    });
    expect(JSON.parse(toLimitsText(mergeLimits(limits, { instances: 4 })))).toMatchObject({
      memory: 128,
      instances: 4,
    });
  });

  it.each([
    ['timeout', 100, 300_000],
    ['memory', 128, 512],
    ['logs', 0, 10],
    ['concurrency', 1, 200],
    ['instances', 0, 30],
  ])('keep %s between %i and %i', (name, least, most) => {
    expect(codeOf({ [name]: least })).toBeUndefined();
    expect(codeOf({ [name]: most })).toBeUndefined();
    expect(codeOf({ [name]: least - 1 })).toBe('WW_ERR_API_LIMIT');
    expect(codeOf({ [name]: most + 1 })).toBe('WW_ERR_API_LIMIT');
  });

  it.each(['60000.0', '6e4', '6E+4'])('take %s, which is an integer too', (timeout) => {
    const value = parseExactJson(Buffer.from(`{"timeout":${timeout}}`));
    expect(parseLimits(value)).toEqual({ timeoutMs: 60_000 });
  });

  it.each([1.5, '128', true, {}, [128], Number.NaN, 1e300])('refuse %j', (memory) => {
    expect(codeOf({ memory })).toBe('WW_ERR_API_LIMIT');
  });

  it.each([[[]], ['x'], [1], [true]])('must be an object, not %j', (value) => {
    expect(codeOf(value)).toBe('WW_ERR_API_BODY');
  });

  it.each([undefined, null, {}])('may be %j', (value) => {
    expect(parseLimits(value)).toEqual({});
  });
});
