import { jsonTextToString } from '@wasmwhisk/json-text';
import { describe, expect, it } from 'vitest';
import { isRejection } from '../rejections.js';
import { toWebPayload } from './web-input.js';

interface Sent {
  readonly method?: string;
  readonly type?: string;
  readonly path?: string;
  readonly query?: string;
  readonly body?: string | Buffer;
  readonly raw?: boolean;
  readonly user?: string;
  readonly final?: readonly string[];
}

function payloadText(sent: Sent): string {
  const { method = 'get', path = '', query = '', body = '', raw = false, user, type } = sent;
  const headers = new Map([['host', 'here']]);
  if (type !== undefined) headers.set('content-type', type);
  const text = toWebPayload({ method, headers, path, query }, Buffer.from(body), {
    isRaw: raw,
    user,
    finalNames: new Set(sent.final),
  });
  return jsonTextToString(text);
}

/** What an action gets, without method, headers and path. */
function argumentsOf(sent: Sent): unknown {
  const { __ow_method, __ow_headers, __ow_path, ...others } = JSON.parse(
    payloadText(sent),
  ) as Record<string, unknown>;
  expect(__ow_method).toBeTypeOf('string');
  expect(__ow_headers).toBeTypeOf('object');
  expect(__ow_path).toBeTypeOf('string');
  return others;
}

function codeOf(sent: Sent): string {
  try {
    payloadText(sent);
    return 'taken';
  } catch (error) {
    if (isRejection(error)) return error.code;
    throw error;
  }
}

const json = 'application/json';
const form = 'application/x-www-form-urlencoded';

describe('toWebPayload', () => {
  it('tells of method, headers, path and caller', () => {
    expect(
      JSON.parse(payloadText({ method: 'patch', path: '/a%20b', type: 'text/x', user: 'guest' })),
    ).toEqual({
      __ow_method: 'patch',
      __ow_headers: { host: 'here', 'content-type': 'text/x' },
      __ow_path: '/a%20b',
      __ow_user: 'guest',
    });
  });

  it('gives the query as strings, the last of a name', () => {
    expect(argumentsOf({ query: 'a=1&b=x+y%2B&a=2&c&=d&&%C3%A9=%e2%9d%84' })).toEqual({
      a: '2',
      b: 'x y+',
      c: '',
      '': 'd',
      é: '❄',
    });
  });

  it('lays the members of a JSON object over the query', () => {
    expect(argumentsOf({ query: 'a=1&b=2', type: json, body: '{"b":{"c":[true]}}' })).toEqual({
      a: '1',
      b: { c: [true] },
    });
  });

  it('keeps numbers as they were sent, and the last of a name', () => {
    expect(payloadText({ type: json, body: '{"n":1,"n":9007199254740993,"x":1.0}' })).toContain(
      '"n":9007199254740993,"x":1.0}',
    );
  });

  it('gives every name once, however it is escaped', () => {
    expect(payloadText({ query: 'name=q', type: json, body: '{"n\\u0061me":1}' })).toMatch(
      /"__ow_path":"","name":1\}$/,
    );
  });

  it('takes __proto__ for a name like any other', () => {
    const text = payloadText({ query: '__proto__=1', type: json, body: '{"constructor":2}' });
    expect(text).toContain('"__proto__":"1","constructor":2');
    expect(payloadText({ type: json, body: '{"__proto__":{"a":1}}' })).toContain(
      '"__proto__":{"a":1}',
    );
  });

  it.each([
    ['[1, 2.0]', [1, 2]],
    [' "text" ', 'text'],
    ['null', null],
    ['17', 17],
  ])('gives other JSON as __ow_body: %s', (body, expected) => {
    expect(argumentsOf({ type: `${json}; charset=utf-8`, body })).toEqual({ __ow_body: expected });
  });

  it('takes types that end in +json for JSON', () => {
    expect(argumentsOf({ type: 'application/ld+json', body: '{"a":1}' })).toEqual({ a: 1 });
  });

  it('lays the fields of a form over the query', () => {
    expect(argumentsOf({ query: 'a=1&b=2', type: form, body: 'b=3&c=x+y&c=%26' })).toEqual({
      a: '1',
      b: '3',
      c: '&',
    });
  });

  it('gives other text as it is, and all else in base64', () => {
    expect(argumentsOf({ type: 'text/csv', body: 'é;1' })).toEqual({ __ow_body: 'é;1' });
    expect(argumentsOf({ type: 'application/xml', body: '<a/>' })).toEqual({ __ow_body: '<a/>' });
    expect(argumentsOf({ type: 'image/svg+xml', body: '<svg/>' })).toEqual({
      __ow_body: 'PHN2Zy8+',
    });
    const bytes = Buffer.from([0, 255, 13]);
    expect(argumentsOf({ type: 'application/octet-stream', body: bytes })).toEqual({
      __ow_body: 'AP8N',
    });
    expect(argumentsOf({ body: bytes })).toEqual({ __ow_body: 'AP8N' });
  });

  it('decodes text by its charset', () => {
    const body = Buffer.from('é', 'latin1');
    expect(argumentsOf({ type: 'text/plain; charset=iso-8859-1', body })).toEqual({
      __ow_body: 'é',
    });
  });

  it('gives nothing of an empty body, whatever its type', () => {
    for (const type of [json, form, 'text/plain', 'image/png', 'no type'])
      expect(argumentsOf({ type, query: 'a=1' })).toEqual({ a: '1' });
  });

  describe('for a raw action', () => {
    it.each<[string, Sent, unknown]>([
      ['no body', {}, { __ow_query: '', __ow_body: '' }],
      [
        'a query',
        { query: 'a=%zz&__ow_path=1' },
        { __ow_query: 'a=%zz&__ow_path=1', __ow_body: '' },
      ],
      ['JSON', { type: json, body: '{"a":1}' }, { __ow_query: '', __ow_body: 'eyJhIjoxfQ==' }],
      ['broken JSON', { type: json, body: '{' }, { __ow_query: '', __ow_body: 'ew==' }],
      [
        'other JSON types',
        { type: 'application/ld+json', body: '{"a":1}' },
        { __ow_query: '', __ow_body: '{"a":1}' },
      ],
      ['a form', { type: form, body: 'a=1' }, { __ow_query: '', __ow_body: 'a=1' }],
      ['text', { type: 'text/plain', body: 'hi' }, { __ow_query: '', __ow_body: 'hi' }],
      ['bytes', { type: 'image/png', body: 'hi' }, { __ow_query: '', __ow_body: 'aGk=' }],
    ])('gives %s as it is', (_title, sent, expected) => {
      expect(argumentsOf({ ...sent, raw: true })).toEqual(expected);
    });

    it('refuses no name', () => {
      expect(codeOf({ raw: true, query: '__ow_user=x&key=1', final: ['key'] })).toBe('taken');
    });
  });

  it('refuses reserved names in query, form and JSON', () => {
    for (const name of ['method', 'headers', 'path', 'user', 'query', 'body']) {
      expect(codeOf({ query: `__ow_${name}=1` })).toBe('WW_ERR_WEB_RESERVED');
      expect(codeOf({ type: form, body: `__ow_${name}=1` })).toBe('WW_ERR_WEB_RESERVED');
      expect(codeOf({ type: json, body: `{"__ow_${name}":1}` })).toBe('WW_ERR_WEB_RESERVED');
    }
    expect(codeOf({ query: '%5f_ow_path=1' })).toBe('WW_ERR_WEB_RESERVED');
    expect(codeOf({ type: json, body: '{"__ow_\\u0070ath":1}' })).toBe('WW_ERR_WEB_RESERVED');
    expect(codeOf({ query: '__ow_other=1' })).toBe('taken');
  });

  it('refuses final parameters', () => {
    expect(codeOf({ query: 'key=1', final: ['key'] })).toBe('WW_ERR_WEB_RESERVED');
    expect(codeOf({ type: json, body: '{"key":1}', final: ['key'] })).toBe('WW_ERR_WEB_RESERVED');
    expect(codeOf({ type: json, body: '[{"key":1}]', final: ['key'] })).toBe('taken');
  });

  it.each<[string, Sent, string]>([
    ['a bad escape in the query', { query: 'a=%zz' }, 'WW_ERR_API_QUERY'],
    ['an escape of no text', { query: '%ff=1' }, 'WW_ERR_API_QUERY'],
    ['a bad escape in a form', { type: form, body: 'a=%' }, 'WW_ERR_API_BODY'],
    ['JSON that is cut off', { type: json, body: '{"a":' }, 'WW_ERR_API_BODY'],
    ['white space for JSON', { type: json, body: '  ' }, 'WW_ERR_API_BODY'],
    ['two JSON values', { type: json, body: '{}{}' }, 'WW_ERR_API_BODY'],
    ['JSON in UTF-16', { type: json, body: Buffer.from('{"a":1}', 'utf16le') }, 'WW_ERR_API_BODY'],
    [
      'JSON with bad UTF-8',
      { type: json, body: Buffer.from([0x22, 0xff, 0x22]) },
      'WW_ERR_API_BODY',
    ],
    ['deep JSON', { type: json, body: '['.repeat(20_000) }, 'WW_ERR_API_BODY'],
    ['text with bad UTF-8', { type: 'text/plain', body: Buffer.from([0xff]) }, 'WW_ERR_API_BODY'],
    [
      'an unknown charset',
      { type: 'text/plain; charset=x-none', body: 'a' },
      'WW_ERR_API_MEDIA_TYPE',
    ],
    ['an unreadable type', { type: 'text', body: 'a' }, 'WW_ERR_API_MEDIA_TYPE'],
    [
      'too many members',
      {
        type: json,
        body: `{${Array.from({ length: 100_001 }, (_, i) => `"${String(i)}":1`).join(',')}}`,
      },
      'WW_ERR_API_BODY',
    ],
  ])('refuses %s', (_title, sent, code) => {
    expect(codeOf(sent)).toBe(code);
  });

  it('gives long arguments as bytes', () => {
    const body = JSON.stringify({ a: 'é'.repeat(40_000) });
    expect(argumentsOf({ type: json, body })).toEqual({ a: 'é'.repeat(40_000) });
  });
});
