import { describe, expect, it } from 'vitest';
import { openApi, recordOf, type ApiFixture } from './api-fixture.js';

const idOf = (number: number): string => number.toString(16).padStart(32, '0');

/** Five records of guest, one millisecond after the other, the last one of a packaged action, and one of a stranger. */
async function openWithRecords(): Promise<ApiFixture & { readonly startEpochMs: number }> {
  const api = openApi();
  const startEpochMs = Date.now() - 1000;
  for (let index = 0; index < 5; index += 1) {
    await api.storage.activations.store(
      recordOf({
        activationId: idOf(index),
        name: index === 0 ? 'other' : 'add',
        package: index === 4 ? 'math' : undefined,
        startEpochMs: startEpochMs + index,
        endEpochMs: startEpochMs + index + 10,
        logs: [`2026-11-21T08:00:00.00${String(index)}Z stdout: "hello"`],
      }),
    );
  }
  const { activations } = api.storage;
  await activations.store(recordOf({ activationId: idOf(99), namespace: 'stranger' }));
  return { ...api, startEpochMs };
}

const numbersOf = (json: unknown): number[] =>
  (json as { readonly activationId: string }[]).map(({ activationId }) =>
    Number.parseInt(activationId, 16),
  );

describe('the list of activations', () => {
  it('has the latest start first, and of each the number of its status', async () => {
    const { call, startEpochMs } = await openWithRecords();
    const { json, headers } = await call('GET', '/activations?limit=2&skip=1');
    expect(headers['content-type']).toBe('application/json');
    expect(json).toEqual(
      [3, 2].map((number) => ({
        namespace: 'guest',
        name: 'add',
        version: '0.0.1',
        publish: false,
        annotations: [{ key: 'kind', value: 'wasm:0.1' }],
        activationId: idOf(number),
        start: startEpochMs + number,
        end: startEpochMs + number + 10,
        duration: 10,
        statusCode: 0,
      })),
    );
  });

  it('has whole records when they are asked for', async () => {
    const { call } = await openWithRecords();
    const { json } = await call('GET', '/activations?docs=true&limit=0&skip=0');
    expect(numbersOf(json)).toEqual([4, 3, 2, 1, 0]);
    for (const record of json as object[]) {
      expect(record).toMatchObject({
        response: { status: 'success', success: true, result: { sum: 3 }, size: 9 },
        logs: [expect.stringContaining('stdout: "hello"') as string],
      });
      expect(record).not.toHaveProperty('statusCode');
    }
    expect((await call('GET', '/activations?docs=true&skip=9')).json).toEqual([]);
  });

  it.each([
    ['name=add', [3, 2, 1]],
    ['name=math/add', [4]],
    ['name=math%2Fadd', [4]],
    ['name=other', [0]],
    ['name=', [4, 3, 2, 1, 0]],
    ['name=%20', [4, 3, 2, 1, 0]],
    ['name=nothing', []],
  ])('filtered by %s has %j', async (query, numbers) => {
    const { call } = await openWithRecords();
    expect(numbersOf((await call('GET', `/activations?${query}`)).json)).toEqual(numbers);
    expect((await call('GET', `/activations?${query}&count=true`)).json).toEqual({
      activations: numbers.length,
    });
  });

  it('is bounded by time at both ends, inclusively', async () => {
    const { call, startEpochMs } = await openWithRecords();
    const [one, three] = [String(startEpochMs + 1), String(startEpochMs + 3)];
    const numbers = async (query: string): Promise<number[]> =>
      numbersOf((await call('GET', `/activations?${query}`)).json);
    expect(await numbers(`since=${three}`)).toEqual([4, 3]);
    expect(await numbers(`upto=${one}`)).toEqual([1, 0]);
    expect(await numbers(`since=${one}&upto=${three}`)).toEqual([3, 2, 1]);
    expect(await numbers(`docs=true&since=${one}&upto=${three}&name=add`)).toEqual([3, 2, 1]);
  });

  it.each([
    'since=yesterday',
    'since=1.5',
    'upto=',
    'name=a/b/c',
    'name=a//b',
    'name=%3Cscript%3E',
    'docs=maybe',
    'docs=true&count=true',
    'limit=201',
  ])('refuses %s', async (query) => {
    const { call } = openApi();
    const answer = await call('GET', `/activations?${query}`);
    expect(answer.status).toBe(400);
  });

  it('of records that fill more than a piece arrives whole', async () => {
    const { call, storage } = openApi();
    const resultJson = JSON.stringify({ text: 'é'.repeat(1_000_000) });
    const latest = Date.now();
    for (let index = 0; index < 20; index += 1) {
      await storage.activations.store(
        recordOf({ activationId: idOf(index), startEpochMs: latest - index, resultJson }),
      );
    }
    const { json, headers, status } = await call('GET', '/activations?docs=true&limit=200');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json');
    expect(numbersOf(json)).toEqual(Array.from({ length: 20 }, (_, index) => index));
    for (const record of json as { readonly response: { readonly result: unknown } }[])
      expect(JSON.stringify(record.response.result)).toBe(resultJson);
  });
});

describe('an activation', () => {
  it('is shown, with its logs and its result apart', async () => {
    const { call } = await openWithRecords();
    const url = `/activations/${idOf(4)}`;
    const logs = ['2026-11-21T08:00:00.004Z stdout: "hello"'];
    const response = { status: 'success', success: true, result: { sum: 3 }, size: 9 };
    expect((await call('GET', url)).json).toMatchObject({ name: 'add', logs, response });
    expect((await call('GET', `${url}/logs`)).json).toEqual({ logs });
    expect((await call('GET', `${url}/result`)).json).toEqual(response);
  });

  it('that nobody knows is not found', async () => {
    const { call } = await openWithRecords();
    for (const path of ['', '/logs', '/result'])
      expect((await call('GET', `/activations/${idOf(77)}${path}`)).status).toBe(404);
  });

  it.each([
    idOf(4).slice(1),
    `${idOf(4)}0`,
    'A'.repeat(32),
    '3f1c0c9e-5d7b-4a0e-9a6e-2b8d4c1f7a90',
    'g'.repeat(32),
  ])('has no id %s (trap 27)', async (id) => {
    const answer = await openApi().call('GET', `/activations/${id}`);
    expect(answer.status).toBe(400);
    expect(answer.headers['x-wasmwhisk-error']).toBe('WW_ERR_API_ACTIVATION_ID');
  });

  it('belongs to its namespace alone', async () => {
    const { call } = await openWithRecords();
    expect((await call('GET', `/activations/${idOf(99)}`)).status).toBe(404);
    const url = '/api/v1/namespaces/stranger/activations';
    expect((await call('GET', url)).status).toBe(403);
    expect((await call('GET', `${url}/${idOf(99)}`)).status).toBe(403);
    expect((await call('GET', `${url}/${idOf(99)}`, { user: 'stranger' })).status).toBe(200);
  });

  it('is only read', async () => {
    const { call } = await openWithRecords();
    for (const method of ['PUT', 'POST', 'DELETE'] as const) {
      expect((await call(method, `/activations/${idOf(4)}`)).status).toBe(405);
      expect((await call(method, '/activations')).status).toBe(405);
    }
  });
});
