import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { RecordedCommand, RecordedRequest } from '../recorded/transcript.js';
import type { Exchange } from '../recorded/wsk-command.js';
import { zip } from './archives.js';
import { guest } from './guests.js';
import { callApi, guestKey, toBasic, type ApiAnswer } from './standalone-client.js';

/** What the file `add.zip` holds: logs two lines and answers its arguments. */
export const addZip: Buffer = zip({ 'action.wasm': guest('echo-log') });

const actions = join(import.meta.dirname, '../../examples/actions');

/** `wsk` reads a file as text unless its name says that it is an archive. */
function readAsText(file: string): string {
  return readFileSync(join(actions, file), 'utf8');
}

const files: readonly (readonly [placeholder: string, text: string])[] = [
  ['<add.zip>', addZip.toString('base64')],
  ['<add.wasm read as text>', readAsText('add/build/add.wasm')],
  ['<hi.wasm read as text>', readAsText('hash/hash.wasm')],
  ['<nativebin read as text>', `\u007fELF fake${'\u0000'.repeat(1000)}`],
];

/** Sends recorded requests to a server, with its own ids and times in place of the recorded ones. */
export class Replay {
  readonly #url: string;
  readonly #userAgent: string;
  #activationId = '';
  #startEpochMs = 0;

  constructor(url: string, userAgent: string) {
    this.#url = url;
    this.#userAgent = userAgent;
  }

  /** Sends the requests of a command, as far as there are statuses to expect. */
  async send(
    { requests }: Pick<RecordedCommand, 'requests'>,
    statuses: readonly number[],
  ): Promise<readonly Exchange[]> {
    const exchanges: Exchange[] = [];
    for (const request of requests.slice(0, statuses.length)) {
      const answer = await this.#call(request);
      const { method, path } = request;
      exchanges.push({ method, path, status: answer.status, text: answer.text });
      assertForm(request, answer);
    }
    return exchanges;
  }

  /** Sends a request of our own: `METHOD path body`. */
  async give(text: string): Promise<ApiAnswer> {
    const [method = '', path = '', ...body] = text.split(' ');
    return this.#call({
      method,
      path: path.startsWith('/') ? path : `/api/v1/namespaces/_/${path}`,
      headers: {},
      body: body.join(' '),
    });
  }

  async #call({ method, path, headers, body }: RecordedRequest): Promise<ApiAnswer> {
    const answer = await callApi(this.#url, {
      method,
      path: this.#fill(path),
      body: body === undefined ? undefined : `${this.#fill(body)}\n`,
      headers: {
        'User-Agent': this.#userAgent,
        Authorization: toBasic(guestKey),
        'Accept-Encoding': 'gzip',
        'Content-Type': body === undefined ? undefined : 'application/json',
        ...headers,
      },
    });
    this.#notice(answer);
    // What is looked at next must be there; `wsk` is typed by people, who are slower than this.
    if (answer.status === 202) await this.#recorded();
    return answer;
  }

  #fill(text: string): string {
    const values = [
      ...files.map(([name, value]) => [name, JSON.stringify(value).slice(1, -1)] as const),
      ['<api host>', this.#url],
      ['<guest key>', guestKey],
      ['<guest uuid>', guestKey.slice(0, guestKey.indexOf(':'))],
      ['<activation id>', this.#activationId],
      ['<since>', String(this.#startEpochMs)],
    ] as const;
    const filled = values.reduce((done, [name, value]) => done.replaceAll(name, value), text);
    expect(filled).not.toMatch(/"<[^"]*>"|=<|\/</);
    return filled;
  }

  /** Keeps the id and the time of the activation that a reply tells of, or lists first. */
  #notice({ text }: ApiAnswer): void {
    if (text === '') return;
    const parsed: unknown = JSON.parse(text);
    const { activationId, start } = ((Array.isArray(parsed) ? parsed[0] : parsed) ?? {}) as {
      activationId?: string;
      start?: number;
    };
    this.#activationId = activationId ?? this.#activationId;
    this.#startEpochMs = start ?? this.#startEpochMs;
  }

  async #recorded(): Promise<void> {
    const path = `/api/v1/namespaces/_/activations/${this.#activationId}`;
    const headers = { Authorization: toBasic(guestKey) };
    await expect
      .poll(async () => (await callApi(this.#url, { method: 'GET', path, headers })).status, {
        timeout: 15_000,
      })
      .toBe(200);
  }
}

/** What holds of every reply, whatever was asked. */
function assertForm({ path }: RecordedRequest, answer: ApiAnswer): void {
  const requestId = answer.headers['x-request-id'];
  expect(requestId).toMatch(/^[0-9A-Za-z]{32}$/);
  expect(answer.headers['content-encoding']).toBeUndefined();
  if (answer.text !== '') expect(answer.headers['content-type']).toBe('application/json');
  if (answer.status >= 400 && answer.status !== 502)
    expect(answer.object()).toEqual({ error: expect.any(String), code: requestId });
  if (path.endsWith('code=true'))
    expect(answer.object()['exec']).toMatchObject({ code: addZip.toString('base64') });
  if (path.endsWith('code=false') && answer.status === 200)
    expect(answer.object()['exec']).not.toHaveProperty('code');
}
