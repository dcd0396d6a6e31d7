import { readFile } from 'node:fs/promises';
import { readArtifact } from '@wasmwhisk/artifact';
import { describe, expect, it } from 'vitest';
import { jsonTextToString } from '@wasmwhisk/json-text';
import type { CaseContext } from '../case-context.js';
import { fixtureFile } from '../guest-forms.js';
import type { ContainerRequest, Observation, RunOptions } from '../harness.js';

/** Components that export `wasi:http/incoming-handler`: requests as arguments, responses as results. */
export function httpHandlerCases(context: CaseContext): void {
  if (!context.declares('http-handler')) return;
  describe('HTTP handlers', () => {
    requestCases(context);
    responseCases(context);
    bodyCases(context);
    endingCases(context);
    hoardCases(context);
    if (context.declares('precompiled')) precompiledCase(context);
  });
}

/** Runs a guest of guests/http once, in a container of its own. */
async function serve(
  context: CaseContext,
  guest: string,
  options: RunOptions = {},
  request: ContainerRequest = {},
): Promise<Observation> {
  const harness = context.harness();
  const container = await harness.container(fixtureFile(`http-${guest}.component.wasm`), request);
  return harness.observe(container, options);
}

/** What the guest `echo` answers, as the text of the result. */
function echoed(members: {
  readonly method: string;
  readonly path: string;
  readonly authority?: string;
  readonly test?: readonly string[];
  readonly body?: string;
}): string {
  const { method, path, authority = 'localhost', test = [], body = '' } = members;
  const answer = JSON.stringify({ method, path, authority, test, body });
  return `{"statusCode":200,"headers":{"content-type":"application/json"},"body":${answer}}`;
}

function requestCases(context: CaseContext): void {
  it('take a raw web action as the request that it was', async () => {
    const { result } = await serve(context, 'echo', {
      input: JSON.stringify({
        __ow_method: 'put',
        __ow_path: '/shelf/war and peace',
        __ow_query: 'page=7&mark=%22',
        __ow_headers: {
          host: 'books.example:8443',
          'X-Test': ['one', 'say "two"'],
          'content-type': 'text/plain',
        },
        __ow_body: 'a "quoted" \\ body',
      }),
    });
    const expected = echoed({
      method: 'PUT',
      path: '/shelf/war%20and%20peace?page=7&mark=%22',
      authority: 'books.example:8443',
      test: ['one', 'say "two"'],
      body: 'a "quoted" \\ body',
    });
    expect(result).toEqual({ type: 'ok', json: expected });
  });

  it('take the arguments of a web action that is not raw as its query', async () => {
    const { result } = await serve(context, 'echo', {
      input: '{"__ow_method":"get","__ow_path":"","name":"Ada L.","n":12345678901234567890}',
    });
    const path = '/?name=Ada%20L.&n=12345678901234567890';
    expect(result?.json).toBe(echoed({ method: 'GET', path }));
  });

  it('are posted plain arguments as they are written', async () => {
    const input = '{ "n": 1.0, "big": 12345678901234567890 }';
    const { result } = await serve(context, 'echo', { input });
    expect(result?.json).toBe(echoed({ method: 'POST', path: '/', body: input }));
  });

  it('see the bytes of a body that came as base64', async () => {
    const { result } = await serve(context, 'echo', {
      input: JSON.stringify({
        __ow_method: 'post',
        __ow_headers: { 'content-type': 'application/octet-stream' },
        __ow_body: Buffer.from('grüße').toString('base64'),
      }),
    });
    expect(result?.json).toBe(echoed({ method: 'POST', path: '/', body: 'grüße' }));
  });

  it('see methods that HTTP itself does not have', async () => {
    const { result } = await serve(context, 'echo', { input: '{"__ow_method":"purge"}' });
    expect(result?.json).toBe(echoed({ method: 'PURGE', path: '/' }));
  });

  it('refuse arguments that make no request', async () => {
    for (const input of ['{"__ow_method":7}', '{"__ow_method":"get","__ow_headers":{"a b":"c"}}']) {
      const { error } = await serve(context, 'echo', { input });
      expect(error?.code).toBe('WW_ERR_GUEST_INPUT');
    }
  });

  it('see the environment of the run, and may log', async () => {
    const seen = await serve(context, 'environment', { environment: [['A', 'b']] });
    expect(seen.result).toEqual({
      type: 'ok',
      json: '{"statusCode":204,"headers":{},"body":""}',
    });
    expect(seen.stderr).toBe('A=b\n');
    expect(seen.stdout).toBe('served\n');
  });
}

/** What the guest `answer` sends, by number, and what becomes of it. */
const answers: readonly (readonly [number: number, what: string, result: string])[] = [
  [
    0,
    'status and headers, repeated ones together',
    '{"statusCode":418,"headers":{"x-one":"1","set-cookie":["a=1; Path=/","b=\\"2\\""],' +
      '"content-type":"text/plain"},"body":"made ❄"}',
  ],
  [
    1,
    'a binary body, as base64',
    '{"statusCode":200,"headers":{"content-type":"image/png"},"body":"iVBORwD/gA=="}',
  ],
  [2, 'no body', '{"statusCode":204,"headers":{},"body":""}'],
  [
    4,
    'a body whose end it does not tell',
    '{"statusCode":200,"headers":{"content-type":"text/plain"},"body":"half"}',
  ],
];

const badAnswers: readonly (readonly [number: number, what: string])[] = [
  [3, 'an error code in place of a response'],
  [5, 'a body that is given up'],
];

function responseCases(context: CaseContext): void {
  for (const [number, what, json] of answers)
    it(`answer ${what}`, async () => {
      const seen = await serve(context, 'answer', { input: `{"answer":${String(number)}}` });
      expect(seen.error).toBeUndefined();
      expect(seen.result).toEqual({ type: 'ok', json });
    });

  for (const [number, what] of badAnswers)
    it(`must not answer ${what}`, async () => {
      const { error } = await serve(context, 'answer', { input: `{"answer":${String(number)}}` });
      expect(error?.code).toBe('WW_ERR_RESULT_INVALID');
    });
}

function bodyCases(context: CaseContext): void {
  const textOf = (length: number): string => '0123456789abcdef'.repeat(length / 16);
  const posted = (body: string): string =>
    JSON.stringify({
      __ow_method: 'post',
      __ow_headers: { 'content-type': 'text/plain' },
      __ow_body: body,
    });

  it('may answer a large body piece by piece', async () => {
    const body = textOf(4 * 1024 * 1024);
    const { result, peakMemoryBytes } = await serve(context, 'flow', { input: posted(body) });
    expect(result?.type).toBe('ok');
    // Not compared by `expect`, which would print megabytes.
    const expected = `{"statusCode":200,"headers":{"content-type":"text/plain"},"body":"${body}"}`;
    expect(jsonTextToString(result?.json ?? '') === expected).toBe(true);
    expect(peakMemoryBytes).toBeLessThan(1024 * 1024);
  });

  it('must not answer more than the limit of a result', async () => {
    const limits = { limits: { resultBytes: 1000 } };
    const small = await serve(context, 'flow', { input: posted(textOf(800)) }, limits);
    expect(small.result?.type).toBe('ok');
    // The first fits by itself, but not with what is around it; the last is never read to its end.
    for (const length of [992, 1008, 1024 * 1024]) {
      const { error } = await serve(context, 'flow', { input: posted(textOf(length)) }, limits);
      expect(error?.code).toBe('WW_ERR_RESULT_TOO_LARGE');
    }
  });
}

/** What the guest `ending` does, by number, when it ends badly. */
const badEndings: readonly (readonly [number: number, what: string, code: string])[] = [
  [0, 'end without a response', 'WW_ERR_RESULT_INVALID'],
  [1, 'trap before their response', 'WW_ERR_GUEST_TRAP'],
  [2, 'trap after their response', 'WW_ERR_GUEST_TRAP'],
  [6, 'exit with a failure after their response', 'WW_ERR_GUEST_EXIT'],
];

const loops: readonly (readonly [number: number, what: string])[] = [
  [3, 'a loop before the response'],
  [4, 'a loop after the response'],
];

function endingCases(context: CaseContext): void {
  for (const [number, what, code] of badEndings)
    it(`may ${what}`, async () => {
      const seen = await serve(context, 'ending', { input: `{"ending":${String(number)}}` });
      expect(seen.error?.code).toBe(code);
      // And not at the deadline, for want of somebody who would close the response.
      expect(seen.tookMs).toBeLessThan(10_000);
      expect(seen.stderr).toContain('last words\n');
      if (code === 'WW_ERR_GUEST_TRAP')
        expect(seen.error?.details.trap).toBe('unreachable-code-reached');
      if (code === 'WW_ERR_GUEST_EXIT') expect(seen.error?.details.exitCode).toBe(3);
    });

  it('may trap before their handler is called', async () => {
    const { error, tookMs } = await serve(context, 'start-trap');
    expect(error?.code).toBe('WW_ERR_GUEST_TRAP');
    expect(tookMs).toBeLessThan(10_000);
  });

  it('may exit with success after their response', async () => {
    const { result } = await serve(context, 'ending', { input: '{"ending":5}' });
    expect(result).toEqual({
      type: 'ok',
      json: '{"statusCode":200,"headers":{"content-type":"text/plain"},"body":"begun"}',
    });
  });

  for (const [number, what] of loops)
    it(`are ended at their deadline in ${what}`, async () => {
      const { error, tookMs } = await serve(context, 'ending', {
        input: `{"ending":${String(number)}}`,
        timeoutMs: 300,
      });
      expect(error?.code).toBe('WW_ERR_RUN_TIMEOUT');
      expect(tookMs).toBeLessThan(5_000);
    });

  it('leave nothing to the run after them', async () => {
    const harness = context.harness();
    const container = await harness.container(fixtureFile('http-ending.component.wasm'));
    for (const ending of ['0', '2', '5', '1', '5'])
      await harness.observe(container, { input: `{"ending":${ending}}` });
    const runs = Array.from({ length: 20 }, () =>
      harness.run(container, { input: '{"ending":5}' }),
    );
    for (const { json } of await Promise.all(runs)) expect(json).toContain('"body":"begun"');
  });
}

/** What the host keeps for a guest lies outside of the guest's memory, and has limits of its own. */
function hoardCases(context: CaseContext): void {
  const memoryBytes = 16 * 1024 * 1024;
  const hoard = (way: number): Promise<Observation> =>
    serve(context, 'hoard', { input: `{"way":${String(way)}}` }, { limits: { memoryBytes } });

  it('cannot hold resources without end', async () => {
    expect((await hoard(0)).error?.code).toBe('WW_ERR_GUEST_TRAP');
  });

  it('cannot make headers without end', async () => {
    expect((await hoard(1)).result?.json).toContain('"body":{"value":32}');
    expect((await hoard(2)).error?.code).toBe('WW_ERR_GUEST_TRAP');
  });

  it('cannot fill a body that nobody reads', async () => {
    const { result } = await hoard(3);
    const [, bytes] = /"value":(\d+)/.exec(jsonTextToString(result?.json ?? '')) ?? [];
    expect(Number(bytes)).toBeGreaterThanOrEqual(4096);
    expect(Number(bytes)).toBeLessThanOrEqual(64 * 1024);
  });
}

function precompiledCase(context: CaseContext): void {
  it('run from precompiled code as they do from Wasm', async () => {
    const harness = context.harness();
    const { runtime } = harness;
    const compiled = await harness.compile(fixtureFile('http-echo.component.wasm'));
    const serialized = await runtime.serialize?.(compiled);
    if (serialized === undefined) throw new Error('The runtime declares precompiled code.');
    const artifact = readArtifact(
      Uint8Array.from(await readFile(fixtureFile('http-echo.component.wasm'))),
    );
    const code = { ...artifact, bytes: serialized.bytes, precompiled: serialized.engine };
    const again = await runtime.precompile(code, { memoryBytes: 2 ** 24, tableElements: 1000 });
    const { json } = await harness.run(await harness.start(again), { input: '{"n":1}' });
    expect(json).toBe(echoed({ method: 'POST', path: '/', body: '{"n":1}' }));
  });
}
