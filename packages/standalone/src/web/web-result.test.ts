import { describe, expect, it } from 'vitest';
import type { StatusCode } from '../entities/activation-record.js';
import { isRejection } from '../rejections.js';
import type { WebExtension } from './web-address.js';
import { toWebResponse } from './web-result.js';

/** Status, headers and body in one value; a code for what is refused. */
function answer(
  extension: WebExtension,
  result: unknown,
  statusCode: StatusCode = 0,
): { status: number; headers: Record<string, unknown>; body: unknown } | string {
  return answerText(extension, JSON.stringify(result), statusCode);
}

function answerText(
  extension: WebExtension,
  resultJson: string,
  statusCode: StatusCode = 0,
): { status: number; headers: Record<string, unknown>; body: unknown } | string {
  try {
    const { status, headers, body } = toWebResponse({ statusCode, resultJson }, extension);
    return { status, headers: Object.fromEntries(headers), body };
  } catch (error) {
    if (isRejection(error)) return error.code;
    throw error;
  }
}

const text = { 'content-type': 'text/plain; charset=UTF-8' };
const html = { 'content-type': 'text/html; charset=UTF-8' };
const json = { 'content-type': 'application/json' };
const noResult = 'WW_ERR_WEB_RESULT';

describe('toWebResponse', () => {
  it('makes JSON of objects and arrays, every number as it was', () => {
    expect(answerText('json', '{"a":9007199254740993}')).toEqual({
      status: 200,
      headers: json,
      body: '{\n  "a": 9007199254740993\n}',
    });
    expect(answer('json', [1])).toMatchObject({ body: '[\n  1\n]' });
  });

  it.each<[WebExtension, unknown, unknown]>([
    ['json', 'text', noResult],
    ['json', 17, noResult],
    ['json', null, noResult],
    ['json', {}, '{}'],
    ['html', { body: '<b>', html: '<i>' }, '<b>'],
    ['html', { html: '<i>' }, '<i>'],
    ['html', '<u>', '<u>'],
    ['html', { body: 1, html: '<i>' }, noResult],
    ['html', {}, noResult],
    ['html', ['<b>'], noResult],
    ['svg', { svg: '<svg/>' }, '<svg/>'],
    ['svg', { body: '<g/>', svg: '<svg/>' }, '<g/>'],
    ['svg', '<svg/>', '<svg/>'],
    ['svg', { html: '<svg/>' }, noResult],
    ['text', { body: 'a', text: 'b' }, 'a'],
    ['text', { text: 'b' }, 'b'],
    ['text', { text: 17 }, '17'],
    ['text', { text: null }, 'null'],
    ['text', { text: { a: 1 } }, '{\n  "a": 1\n}'],
    ['text', [1], '[\n  1\n]'],
    ['text', true, 'true'],
    ['text', null, 'null'],
    ['text', 'a', 'a'],
    ['text', { html: 'b' }, 'WW_ERR_API_NOT_FOUND'],
    ['http', [1], noResult],
    ['http', 'text', noResult],
  ])('.%s of %j: %j', (extension, result, expected) => {
    const found = answer(extension, result);
    expect(typeof found === 'string' ? found : found.body).toBe(expected);
  });

  it('names the type of what it answers', () => {
    expect(answer('html', 'a')).toMatchObject({ status: 200, headers: html });
    expect(answer('svg', 'a')).toMatchObject({
      status: 200,
      headers: { 'content-type': 'image/svg+xml' },
    });
    expect(answer('text', 'a')).toMatchObject({ status: 200, headers: text });
  });

  it('answers without indentation what would become many times as long', () => {
    const deep = '['.repeat(3000) + ']'.repeat(3000);
    expect(answerText('json', deep)).toMatchObject({ body: deep });
    expect(answerText('text', deep)).toMatchObject({ body: deep });
  });

  it('says no more of failures than that there was one', () => {
    for (const extension of ['http', 'json', 'html', 'svg', 'text'] as const) {
      expect(answer(extension, { error: 'secret' }, 2)).toBe('WW_ERR_WEB_ACTION');
      expect(answer(extension, { error: 'secret' }, 3)).toBe('WW_ERR_WEB_ACTION');
    }
  });

  it('takes no result for null', () => {
    expect(toWebResponse({ statusCode: 0, resultJson: undefined }, 'text').body).toBe('null');
  });
});

describe('of an application error', () => {
  it('takes the value of error', () => {
    expect(answer('json', { error: { a: 1 } }, 1)).toMatchObject({ status: 200 });
    expect(answer('json', { error: 'sorry' }, 1)).toBe(noResult);
    expect(answer('text', { error: 'sorry' }, 1)).toEqual({
      status: 200,
      headers: text,
      body: 'sorry',
    });
    expect(answer('html', { error: { html: 'sorry' } }, 1)).toEqual({
      status: 200,
      headers: html,
      body: 'sorry',
    });
    expect(answer('http', { error: { statusCode: 404 } }, 1)).toEqual({
      status: 404,
      headers: {},
      body: undefined,
    });
    expect(answer('http', { error: 'sorry' }, 1)).toBe(noResult);
  });
});
