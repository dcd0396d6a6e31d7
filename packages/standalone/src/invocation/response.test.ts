import { describe, expect, it } from 'vitest';
import { WasmRuntimeError } from '@wasmwhisk/runtime';
import { toAnswerResponse, toFailedRun } from './response.js';

const many = 1024 * 1024;

describe('toAnswerResponse', () => {
  it.each([
    ['an object without error', '{"a":{"error":1}}', 0, '{"a":{"error":1}}'],
    ['a list', '["error"]', 0, '["error"]'],
    [
      'an object with an error',
      '{"a":1,"error":9007199254740993}',
      1,
      '{"error":9007199254740993}',
    ],
    ['an error of null', '{"error":null}', 1, '{"error":null}'],
    ['an error under a name with escapes', String.raw`{"\u0065rror":"x"}`, 1, '{"error":"x"}'],
    ['two errors', '{"error":1,"error":2}', 1, '{"error":2}'],
    [
      'a text that only mentions it',
      String.raw`{"a":"\"error\""}`,
      0,
      String.raw`{"a":"\"error\""}`,
    ],
  ])('reads %s', (_, json, statusCode, resultJson) => {
    const { resultBytes, ...response } = toAnswerResponse({ type: 'ok', json }, many);
    expect(response).toEqual({ statusCode, resultJson });
    expect(resultBytes).toBe(Buffer.byteLength(json));
  });

  it('makes an error of what a guest returned as one', () => {
    const answer = { type: 'application-error', json: '"no"' } as const;
    expect(toAnswerResponse(answer, many)).toMatchObject({
      statusCode: 1,
      resultJson: '{"error":"no"}',
    });
  });

  it('reads long results as bytes', () => {
    const text = `{"a":"${'x'.repeat(100_000)}","error":"ä"}`;
    const json = Uint8Array.from(Buffer.from(text));
    expect(toAnswerResponse({ type: 'ok', json }, many)).toEqual({
      statusCode: 1,
      resultJson: '{"error":"ä"}',
      resultBytes: Buffer.byteLength(text),
    });
  });

  it('keeps the beginning of what is too long, whole characters only', () => {
    const json = `{"a":"${'ä'.repeat(50)}"}`;
    const { statusCode, resultJson = '' } = toAnswerResponse({ type: 'ok', json }, 31);
    expect(statusCode).toBe(1);
    const { error } = JSON.parse(resultJson) as { readonly error: string };
    expect(error).toMatch(/108 > 31 bytes\..*\{"a":"ä{12}$/);
  });
});

describe('toFailedRun', () => {
  const failed = (code: ConstructorParameters<typeof WasmRuntimeError>[0]) =>
    toFailedRun(new WasmRuntimeError(code, 'why'), 500, 128);

  it.each([
    ['WW_ERR_RUN_TIMEOUT', 2, /500 milliseconds/, false],
    ['WW_ERR_RUN_MEMORY_LIMIT', 2, /128 MiB/, false],
    ['WW_ERR_GUEST_TRAP', 2, /why/, false],
    ['WW_ERR_RUN_LOST', 2, /why/, false],
    ['WW_ERR_RESULT_INVALID', 2, /dictionary/, false],
    ['WW_ERR_RESULT_TOO_LARGE', 1, /why/, false],
    ['WW_ERR_RUN_ABORTED', 3, /why/, true],
    ['WW_ERR_RUNTIME_SATURATED', 3, /why/, true],
  ] as const)('says who is to blame for %s', (code, statusCode, text, internal) => {
    const { response, ...failure } = failed(code);
    expect(response.statusCode).toBe(statusCode);
    expect(JSON.parse(response.resultJson ?? '')).toEqual({
      error: expect.stringMatching(text) as string,
    });
    expect(failure.internal).toBe(internal);
    // A thread that is missing is no fault of the container.
    expect(failure.broken).toBe(internal && code !== 'WW_ERR_RUNTIME_SATURATED');
    expect(failure.began).toBe(code !== 'WW_ERR_RUNTIME_SATURATED');
    expect(failure.timedOut).toBe(code === 'WW_ERR_RUN_TIMEOUT');
  });

  it('takes for its own fault what it does not know', () => {
    expect(toFailedRun(new Error('boom'), 500, 128)).toMatchObject({
      response: { statusCode: 3 },
      internal: true,
      broken: true,
    });
  });
});
