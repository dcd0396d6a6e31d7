import type { FastifyRequest } from 'fastify';
import { describe, expect, it } from 'vitest';
import { jsonTextToString } from '@wasmwhisk/json-text';
import { readPayload } from './invoke-payload.js';

function read(body: string | Buffer | undefined, bytesMax = 1024 * 1024): string {
  const request = {
    body: typeof body === 'string' ? Buffer.from(body) : body,
    headers: { 'content-type': 'application/json' },
  } as unknown as FastifyRequest;
  return jsonTextToString(readPayload(request, bytesMax));
}

describe('readPayload', () => {
  it.each([
    ['{"a":1.0,"big":9007199254740993}', undefined],
    ['{"__proto__":{"a":1},"a":1,"a":2}', undefined],
    [String.raw`{"\u0061":"\ud83d"}`, undefined],
    [' \r\n{"a": [1 , 2]}\t\n', '{"a": [1 , 2]}'],
    [`${' '.repeat(40_000)}{"a":1} `, '{"a":1}'],
    [`{"a":${'['.repeat(500)}${']'.repeat(500)}}`, undefined],
    [`{"long":"${'ä}'.repeat(40_000)}"}`, undefined],
    ['{}', undefined],
  ])('takes an object as it is written: %.40j', (body, expected) => {
    expect(read(body)).toBe(expected ?? body);
  });

  it('takes nothing for an empty object', () => {
    expect(read(undefined)).toBe('{}');
    expect(read('')).toBe('{}');
  });

  it.each([
    '[]',
    '"{}"',
    'null',
    '1',
    ' ',
    '{',
    '{"a"}',
    '{"a":1,}',
    "{'a':1}",
    '{"a":01}',
    '{"a":1}{}',
    '\u00a0{}',
    '{"a":"\n"}',
    `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
    Buffer.from('{"a":"\xff"}', 'latin1'),
    Buffer.from([...Buffer.from('{"a":"'), 0xed, 0xa0, 0x80, ...Buffer.from('"}')]),
  ])('refuses %.40j', (body) => {
    expect(() => read(body)).toThrow(expect.objectContaining({ code: 'WW_ERR_API_BODY' }) as Error);
  });

  it('refuses what is too long before it looks at it', () => {
    const tooLong = expect.objectContaining({ code: 'WW_ERR_API_TOO_LARGE' }) as Error;
    expect(() => read('['.repeat(101), 100)).toThrow(tooLong);
    expect(read(`{"a":"${'x'.repeat(92)}"}`, 100)).toHaveLength(100);
  });
});
