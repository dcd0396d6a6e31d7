import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { constantGuest, echoGuest, openWebFixture, type WebFixture } from './web-fixture.js';

/*
 * Every extension, with every end of an action, raw and not, for every kind of body. The action gives its
 * arguments back: what it answers with is its own parameter, unless query, JSON or form bring another.
 */

const extensions = ['http', 'json', 'html', 'svg', 'text'] as const;
const ends = ['success', 'error-text', 'error-object', 'failure'] as const;
const requests = ['GET', 'JSON', 'form', 'text', 'binary'] as const;

type Extension = (typeof extensions)[number];
type End = (typeof ends)[number];
type Request = (typeof requests)[number];

interface Expected {
  readonly status: number;
  readonly type: string;
  /** `undefined`: an error, whose text is ours. */
  readonly body: unknown;
}

/** The member that is given over to the caller, by end. */
const answerMember = { success: 'body', 'error-text': 'error' } as const;

const parameters: Readonly<Record<End, Readonly<Record<string, unknown>>>> = {
  success: { statusCode: 203, headers: { 'Content-Type': 'text/x-own' }, body: 'own' },
  'error-text': { error: 'own' },
  'error-object': {
    error: { statusCode: 404, headers: { 'Content-Type': 'text/x-own' }, body: 'own' },
  },
  failure: {},
};

const refusal = { status: 400, type: 'application/json', body: undefined };

function expectedOf(extension: Extension, end: End, value: string, whole: unknown): Expected {
  if (end === 'failure') return refusal;
  switch (extension) {
    case 'http':
      if (end === 'error-text') return refusal;
      return {
        status: end === 'success' ? 203 : 404,
        type: 'text/x-own; charset=UTF-8',
        body: value,
      };
    case 'json':
      return end === 'error-text'
        ? refusal
        : { status: 200, type: 'application/json', body: whole };
    case 'html':
      return { status: 200, type: 'text/html; charset=UTF-8', body: value };
    case 'svg':
      return { status: 200, type: 'image/svg+xml', body: value };
    case 'text':
      return { status: 200, type: 'text/plain; charset=UTF-8', body: value };
  }
}

interface Sent {
  readonly method: string;
  readonly query: string;
  readonly contentType: string | undefined;
  readonly body: string | Buffer | undefined;
}

const bytes = Buffer.from([0, 0xff, 0x80, 0x0a]);

/** Asks for another answer than the action's own, where the body is made into arguments. */
function toSent(request: Request, end: End): Sent {
  const member = end === 'success' || end === 'error-text' ? answerMember[end] : 'other';
  const post = { method: 'POST', query: '?q=1' };
  switch (request) {
    case 'GET':
      return {
        method: 'GET',
        query: `?q=1&${member}=asked`,
        contentType: undefined,
        body: undefined,
      };
    case 'JSON': {
      const json =
        end === 'error-object'
          ? { error: { ...own('error-object'), body: 'asked' } }
          : { [member]: 'asked' };
      return { ...post, contentType: 'application/json', body: JSON.stringify(json) };
    }
    case 'form':
      return {
        ...post,
        contentType: 'application/x-www-form-urlencoded',
        body: `${member}=asked`,
      };
    case 'text':
      return { ...post, contentType: 'text/plain', body: 'some text ❄' };
    case 'binary':
      return { ...post, contentType: 'application/octet-stream', body: bytes };
  }
}

function own(end: 'error-object'): object {
  return parameters[end]['error'] as object;
}

/** Whether the answer is what was asked for, and not the action's own. */
function isAsked(request: Request, end: End, isRaw: boolean): boolean {
  if (isRaw || request === 'text' || request === 'binary') return false;
  return end !== 'error-object' || request === 'JSON';
}

/** What the action was given beside headers, and gives back. */
function argumentsOf(request: Request, { query, body }: Sent, isRaw: boolean): object {
  const path = '/rest/of%20it';
  const start = { __ow_method: request === 'GET' ? 'get' : 'post', __ow_path: path };
  if (isRaw) {
    const given = {
      GET: '',
      JSON: Buffer.from(body ?? '').toString('base64'),
      form: body,
      text: body,
      binary: bytes.toString('base64'),
    }[request];
    return { ...start, __ow_query: query.slice(1), __ow_body: given };
  }
  switch (request) {
    case 'text':
      return { ...start, q: '1', __ow_body: body };
    case 'binary':
      return { ...start, q: '1', __ow_body: bytes.toString('base64') };
    default:
      return { ...start, q: '1', body: 'asked' };
  }
}

let whisk: WebFixture;

beforeAll(async () => {
  whisk = await openWebFixture();
  const failing = await constantGuest('{"cut":');
  for (const end of ends)
    for (const isRaw of [false, true])
      await whisk.deploy(nameOf(end, isRaw), end === 'failure' ? failing : echoGuest, {
        annotations: { 'raw-http': isRaw },
        parameters: parameters[end],
      });
});

afterAll(async () => {
  await whisk.close();
});

function nameOf(end: End, isRaw: boolean): string {
  return isRaw ? `${end}-raw` : end;
}

describe.each(extensions)('.%s', (extension) => {
  describe.each(ends)('%s', (end) => {
    describe.each([false, true])('raw: %s', (isRaw) => {
      it.each(requests)('%s', async (request) => {
        const sent = toSent(request, end);
        const { query, method, contentType, body } = sent;
        const answer = await whisk.request(
          `/api/v1/web/guest/default/${nameOf(end, isRaw)}.${extension}/rest/of%20it${query}`,
          {
            method,
            ...(contentType === undefined ? {} : { headers: { 'content-type': contentType } }),
            ...(body === undefined ? {} : { body }),
          },
        );
        const value = isAsked(request, end, isRaw) ? 'asked' : 'own';
        const whole =
          end === 'error-object'
            ? { ...own('error-object'), body: value }
            : { ...parameters.success, ...argumentsOf(request, sent, isRaw) };
        const expected = expectedOf(extension, end, value, whole);
        expect(answer.status).toBe(expected.status);
        expect(answer.headers['content-type']).toBe(expected.type);
        expect(answer.headers['x-openwhisk-activation-id']).toMatch(/^[0-9a-f]{32}$/);
        expect(answer.headers['access-control-allow-origin']).toBe('*');
        if (expected.type !== 'application/json') {
          expect(answer.text).toBe(expected.body);
          return;
        }
        const { __ow_headers, ...found } = JSON.parse(answer.text) as Record<string, unknown>;
        if (expected.body === undefined)
          expect(found).toEqual({
            error: expect.any(String),
            code: answer.headers['x-request-id'],
          });
        else expect(found).toEqual(expected.body);
        if (end === 'success' && expected.status === 200)
          expect(__ow_headers).toMatchObject({ host: `127.0.0.1:${String(whisk.port)}` });
      });
    });
  });
});
