import { describe, expect, it } from 'vitest';
import { rawZip } from './support/archives.js';
import { compileWat, guest } from './support/guests.js';
import { startTestStandalone, type TestStandalone } from './support/standalone.js';
import type { ApiAnswer, ApiClient } from './support/standalone-client.js';

/* Many callers at once who change what others are using. */

const echo = guest('echo');

const statuses = (answers: readonly ApiAnswer[]): readonly number[] =>
  answers.map(({ status }) => status).toSorted((one, other) => one - other);

const times = <Result>(count: number, work: (index: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

/** Invokes over several connections until the work is done, and gives every answer. */
async function whileInvoking(
  standalone: TestStandalone,
  name: string,
  callers: number,
  work: () => Promise<void>,
): Promise<readonly ApiAnswer[]> {
  const state = { isOver: false };
  const invoking = times(callers, async (index) => {
    const answers: ApiAnswer[] = [];
    // At least two, however fast the work is.
    while (!state.isOver || answers.length < 2)
      answers.push(await standalone.guest.invoke(name, { index }));
    return answers;
  });
  try {
    await work();
  } finally {
    state.isOver = true;
  }
  return (await invoking).flat();
}

/** An action that answers a number. */
async function createNumber(value: number): Promise<Buffer> {
  return compileWat(`(module (func (export "main") (result i32) i32.const ${String(value)}))`);
}

/** The same action every time, as another upload. */
const upload = (index: number): Buffer =>
  rawZip([
    { name: 'action.wasm', content: echo },
    { name: 'upload.txt', content: Buffer.from(String(index)) },
  ]);

describe('at once', () => {
  it('many create the same entity: one of them does', async () => {
    await using standalone = await startTestStandalone();
    const { guest: client } = standalone;
    const exec = { kind: 'wasm:0.1', code: echo.toString('base64') };
    for (const [path, body] of [
      ['actions/one', { exec }],
      ['packages/two', {}],
      ['triggers/three', {}],
    ] as const) {
      const answers = await times(20, () => client.call('PUT', path, body));
      expect(statuses(answers)).toEqual([200, ...Array.from({ length: 19 }, () => 409)]);
    }
  });

  it('many change the same entity: none of the changes is lost', async () => {
    await using standalone = await startTestStandalone();
    const { guest: client } = standalone;
    await client.putAction('counted', echo);
    const answers = await times(50, (index) =>
      client.call('PUT', 'actions/counted?overwrite=true', {
        annotations: [{ key: `k${String(index)}`, value: index }],
      }),
    );
    const versions = answers.map((answer) => String(answer.object()['version']));
    expect(new Set(versions).size).toBe(50);
    const { version, annotations } = (await client.call('GET', 'actions/counted')).object();
    expect(version).toBe('0.0.51');
    for (let index = 0; index < 50; index += 1)
      expect(annotations).toContainEqual({ key: `k${String(index)}`, value: index });
  });

  it('code is replaced and invoked: every answer is of one version or another', async () => {
    await using standalone = await startTestStandalone();
    const { guest: client } = standalone;
    await client.putAction('number', await createNumber(0));
    const answers = await whileInvoking(standalone, 'number', 4, async () => {
      for (let value = 1; value <= 40; value += 1)
        expect((await client.putAction('number', await createNumber(value))).status).toBe(200);
    });
    expect(statuses(answers)).toEqual(answers.map(() => 200));
    const seen = new Set(answers.map((answer) => Number(answer.object()['result'])));
    expect(seen.size).toBeGreaterThan(1);
    for (const value of seen) expect(value).toBeLessThanOrEqual(40);
    expect((await client.invoke('number')).object()).toEqual({ result: 40 });
  });

  it('uploads come and go while they are invoked: none is missing', async () => {
    await using standalone = await startTestStandalone({ 'pool.memoryMiB': 512 });
    const { guest: client } = standalone;
    // Two actions of one code, and one that always has other code.
    await client.putAction('steady', upload(0));
    await client.putAction('changing', upload(0));
    const answers = await whileInvoking(standalone, 'steady', 3, async () => {
      await whileInvoking(standalone, 'changing', 3, async () => {
        for (let index = 1; index <= 30; index += 1)
          expect((await client.putAction('changing', upload(index % 3))).status).toBe(200);
      }).then((changing) => {
        expect(statuses(changing)).toEqual(changing.map(() => 200));
      });
    });
    expect(statuses(answers)).toEqual(answers.map(() => 200));
  });

  it('an action is deleted, created and invoked: it is there or not, and nothing breaks', async () => {
    await using standalone = await startTestStandalone();
    const { guest: client } = standalone;
    const answers = await whileInvoking(standalone, 'here', 4, async () => {
      for (let round = 0; round < 30; round += 1) {
        expect((await client.putAction('here', upload(round))).object()).toMatchObject({
          version: '0.0.1',
        });
        expect((await client.call('DELETE', 'actions/here')).status).toBe(200);
      }
    });
    for (const { status, text } of answers) expect([200, 404], text).toContain(status);
    expect((await client.call('GET', 'actions/here')).status).toBe(404);
  });

  it('a rule is changed while its trigger is fired: every firing has a record', async () => {
    await using standalone = await startTestStandalone();
    const { guest: client } = standalone;
    await client.putAction('echo', echo);
    await client.call('PUT', 'triggers/tick', {});
    const rule = { trigger: '/_/tick', action: '/_/echo' };
    await client.call('PUT', 'rules/onTick', rule);
    const firing = times(100, () => client.call('POST', 'triggers/tick', { a: 1 }));
    for (const status of ['inactive', 'active', 'inactive', 'active'])
      expect((await client.call('POST', 'rules/onTick', { status })).status).toBe(200);
    const answers = await firing;
    for (const { status, text } of answers) expect([202, 204], text).toContain(status);
    const ids = answers.flatMap((answer) =>
      answer.status === 202 ? [String(answer.object()['activationId'])] : [],
    );
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids)
      await expect
        .poll(() => findOutcome(client, id), { timeout: 15_000 })
        .toMatchObject({ response: { result: { a: 1 } } });
  });
});

/** The record of what the only rule of a firing started. */
async function findOutcome(client: ApiClient, triggerActivationId: string): Promise<unknown> {
  const fired = await client.call('GET', `activations/${triggerActivationId}`);
  if (fired.status !== 200) return undefined;
  const [line = '{}'] = fired.object()['logs'] as readonly string[];
  const { activationId } = JSON.parse(line) as { activationId?: string };
  // The rule was off, and the record says so.
  if (activationId === undefined) return fired.object();
  return (await client.call('GET', `activations/${activationId}`)).object();
}
