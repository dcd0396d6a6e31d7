import { describe, expect, it } from 'vitest';
import { isRejection } from '../rejections.js';
import { toHttpResponse } from './http-result.js';
import { toJsonValue } from './json-object.js';
import type { WebResponse } from './web-response.js';

function answer(result: unknown): WebResponse | string {
  return answerText(JSON.stringify(result));
}

function answerText(json: string): WebResponse | string {
  try {
    return toHttpResponse(toJsonValue(json));
  } catch (error) {
    if (!isRejection(error)) throw error;
    expect(error.code).toBe('WW_ERR_WEB_RESULT');
    return error.message;
  }
}

/** Type and body, texts decoded. */
function content(result: unknown): readonly [type: string | undefined, body: string] | string {
  const found = answer(result);
  if (typeof found === 'string') return found;
  const type = found.headers.find(([name]) => name === 'content-type')?.[1];
  return [type, found.body?.toString() ?? ''];
}

function withType(type: string, body: unknown): unknown {
  return { headers: { 'Content-Type': type }, body };
}

describe('toHttpResponse', () => {
  it.each<[unknown, number, string | undefined]>([
    [{}, 204, undefined],
    [{ body: '' }, 204, undefined],
    [{ body: null }, 204, undefined],
    [{ statusCode: 200 }, 200, undefined],
    [{ body: 'a' }, 200, 'a'],
    [{ statusCode: 201, body: 'a' }, 201, 'a'],
    [{ statusCode: '302' }, 302, undefined],
    [{ statusCode: 418, body: 'a' }, 418, 'a'],
    [{ statusCode: 299, body: 'a' }, 299, 'a'],
    [{ statusCode: 599, body: 'a' }, 599, 'a'],
    [{ statusCode: 204, body: 'a' }, 204, undefined],
    [{ statusCode: 205, body: 'a' }, 205, undefined],
    [{ statusCode: 304, body: 'a' }, 304, undefined],
    [{ sum: 3 }, 204, undefined],
  ])('%j: %i with body %j', (result, status, body) => {
    expect(answer(result)).toMatchObject({ status, body });
  });

  it.each([
    99,
    100,
    101,
    199,
    600,
    999,
    1000,
    0,
    -200,
    200.5,
    1e21,
    '',
    ' 200',
    '200 OK',
    '0xc8',
    'abc',
    null,
    true,
    [],
    {},
    '9'.repeat(400),
  ])('refuses the status %j', (statusCode) => {
    expect(answer({ statusCode, body: 'a' })).toContain('statusCode must be an integer');
  });

  it('takes a status however the number is written', () => {
    expect(answerText('{"statusCode":2.01e2}')).toMatchObject({ status: 201 });
  });

  it('gives strings, numbers and booleans in headers, and several of an array', () => {
    expect(
      answerText(
        '{"headers":{"X-A":"a","x-n":9007199254740993,"x-b":true,"Set-Cookie":["a=1","b=2"],"x-l":[1.0,false,12345678901234567890],"x-none":[]}}',
      ),
    ).toMatchObject({
      headers: [
        ['x-a', 'a'],
        ['x-n', '9007199254740993'],
        ['x-b', 'true'],
        ['set-cookie', 'a=1'],
        ['set-cookie', 'b=2'],
        ['x-l', '1.0'],
        ['x-l', 'false'],
        ['x-l', '12345678901234567890'],
      ],
    });
  });

  it.each<[string, unknown]>([
    ['an object', { 'x-a': {} }],
    ['null', { 'x-a': null }],
    ['an array in an array', { 'x-a': [['a']] }],
    ['null in an array', { 'x-a': ['a', null] }],
    ['an object in an array', { 'x-a': [{ a: ',]' }] }],
    ['a line break', { 'x-a': 'a\r\nSet-Cookie: b=c' }],
    ['a line feed alone', { 'x-a': 'a\nb' }],
    ['a line break in an array', { 'x-a': ['a', 'b\r\n\r\n<script>'] }],
    ['a NUL', { 'x-a': 'a\0b' }],
    ['an empty name', { '': 'a' }],
    ['a blank in the name', { 'x a': 'a' }],
    ['a colon in the name', { 'x:a': 'a' }],
    ['a line break in the name', { 'x\r\ny': 'a' }],
    ['__proto__', JSON.parse('{"__proto__":"a"}')],
    ['several content types', { 'content-type': ['text/a', 'text/b'] }],
    ['a content type twice', { 'content-type': 'text/a', 'Content-Type': 'text/b' }],
    ['headers that are none', 'a'],
    ['null for headers', null],
    ['an array for headers', []],
  ])('refuses in headers: %s', (_title, headers) => {
    expect(answer({ headers, body: 'a' })).toBeTypeOf('string');
  });

  it('reads arrays however they are written, and however deep', () => {
    expect(answerText('{"headers":{"x-a":[ "a\\"],\\u0062" ,1 ],"x-b":[ ]}}')).toMatchObject({
      headers: [
        ['x-a', 'a"],b'],
        ['x-a', '1'],
      ],
    });
    const deep = '['.repeat(5000) + ']'.repeat(5000);
    expect(answerText(`{"headers":{"x-a":${deep}}}`)).toContain('"x-a"');
  });

  it('leaves out what would break the framing of the answer, or say what only we know', () => {
    expect(
      answer({
        headers: {
          'Content-Length': 1,
          'transfer-encoding': 'chunked',
          Connection: 'close',
          'keep-alive': 'timeout=1',
          upgrade: 'h2c',
          trailer: 'x',
          te: 'trailers',
          'x-openwhisk-activation-id': 'false',
          'x-request-id': 'false',
          'x-ok': 'a',
        },
      }),
    ).toMatchObject({ headers: [['x-ok', 'a']] });
  });

  it('lets no action speak for the whole origin', () => {
    expect(
      answer({
        headers: { 'Service-Worker-Allowed': '/', 'alt-svc': 'h2=":1"', NEL: '{}', a: 'b' },
      }),
    ).toMatchObject({ headers: [['a', 'b']] });
  });

  it('drops the content type of an empty body', () => {
    expect(answer({ statusCode: 200, headers: { 'Content-Type': 'no type' } })).toEqual({
      status: 200,
      headers: [],
      body: undefined,
    });
  });

  it.each<[string, unknown, unknown]>([
    ['text without a type', { body: '<b>' }, ['text/html; charset=UTF-8', '<b>']],
    ['text', withType('text/plain', 'é'), ['text/plain; charset=UTF-8', 'é']],
    ['its charset', withType('text/plain; charset=utf-8', 'é'), ['text/plain; charset=utf-8', 'é']],
    ['XML', withType('application/xml', '<a/>'), ['application/xml; charset=UTF-8', '<a/>']],
    [
      'a form',
      withType('Application/X-WWW-Form-Urlencoded', 'a=1'),
      ['application/x-www-form-urlencoded; charset=UTF-8', 'a=1'],
    ],
    ['JSON in a string', withType('application/json', '{"a":1}'), ['application/json', '{"a":1}']],
    [
      'JSON in base64',
      withType('application/json', 'eyJhIjoxfQ=='),
      ['application/json', '{"a":1}'],
    ],
    [
      'JSON that could be base64 as it is',
      withType('application/ld+json', 'true'),
      ['application/ld+json', 'true'],
    ],
    [
      'bytes',
      withType('image/png', 'iVBORw=='),
      ['image/png', Buffer.from('iVBORw==', 'base64').toString()],
    ],
    ['bytes without padding', withType('image/png', 'aGk'), ['image/png', 'hi']],
    [
      'SVG, which counts as bytes',
      withType('image/svg+xml', 'PHN2Zy8+'),
      ['image/svg+xml', '<svg/>'],
    ],
    ['an object', { body: { a: 1 } }, ['application/json', '{"a":1}']],
    ['an array', { body: [1] }, ['application/json', '[1]']],
    ['a number', { body: 17 }, ['application/json', '17']],
    ['false', { body: false }, ['application/json', 'false']],
    [
      'an object of a JSON type',
      withType('application/problem+json', { a: 1 }),
      ['application/problem+json', '{"a":1}'],
    ],
  ])('sends %s', (_title, result, expected) => {
    expect(content(result)).toEqual(expected);
  });

  it('sends JSON as it was written', () => {
    expect(answerText('{"body":{"n": 9007199254740993}}')).toMatchObject({
      body: '{"n": 9007199254740993}',
    });
  });

  it('writes text in the charset that it names', () => {
    expect(answer(withType('text/plain; charset=ISO-8859-1', 'é'))).toMatchObject({
      body: Buffer.from([0xe9]),
    });
  });

  it.each<[string, unknown]>([
    ['bytes that are no base64', withType('image/png', 'not base64!')],
    ['SVG in plain', withType('image/svg+xml', '<svg/>')],
    ['a type that cannot be read', withType('text', 'a')],
    ['an object of another type', withType('text/html', { a: 1 })],
    ['an object of an unreadable type', withType('json', { a: 1 })],
    ['characters that the charset lacks', withType('text/plain; charset=iso-8859-1', '❄')],
    ['a charset that is not known', withType('text/plain; charset=koi8-r', 'a')],
  ])('refuses %s', (_title, result) => {
    expect(content(result)).toContain('not valid as message/http');
  });

  it('takes the last of a member that is there twice', () => {
    expect(answerText('{"body":"a","body":"b"}')).toMatchObject({ body: 'b' });
  });
});
