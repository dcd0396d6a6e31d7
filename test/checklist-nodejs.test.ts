import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { guest, withCustomSection } from './support/guests.js';
import { startSingle, type SingleExecutor } from './support/test-executor.js';

/* OpenWhisk's suite for nodejs, as far as it says something about Wasm; see docs/reference/checklist.md. */

function expectMarkers({ stdout, stderr }: SingleExecutor, count: number): void {
  expect([stdout.markers, stderr.markers]).toEqual([count, count]);
}

function expectSilent({ stdout, stderr }: SingleExecutor): void {
  expect([stdout.filtered, stderr.filtered]).toEqual(['', '']);
}

describe("the nodejs runtime's checklist", () => {
  it('N1: says of code that is no module that its syntax is wrong', async () => {
    await using single = await startSingle();
    const answer = await single.container.init({ code: '    { "this is no code' });
    expect(answer.status).toBe(502);
    const streams = single.stdout.text + single.stderr.text;
    expect(streams).toMatch(/error/i);
    expect(streams).toMatch(/syntax/i);
    expectMarkers(single, 1);
  });

  it('N2: says of empty code that there is none', async () => {
    await using single = await startSingle();
    const answer = await single.container.init({ code: '' });
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('no code to execute');
  });

  it('N3: answers a guest that throws with an error, and shows what it said', async () => {
    await using single = await startSingle();
    expect((await single.container.init({ code: guest('throw') })).status).toBe(200);
    const answer = await single.container.run({});
    expect(answer.status).toBe(502);
    expect(answer.json()).toEqual({ error: expect.stringMatching(/^An error has occurred: /) });
    expect(single.stderr.filtered).toContain('nooooo');
    expectMarkers(single, 1);
    // A fresh instance serves the next run.
    expect((await single.container.run({})).status).toBe(502);
    expectMarkers(single, 2);
  });

  it('N4: passes an error on that the action returns', async () => {
    await using single = await startSingle();
    await single.container.init({ code: guest('apperr') });
    const answer = await single.container.run({});
    expect(answer.status).toBe(200);
    expect(answer.text).toBe('{"error":"sorry"}');
    expectMarkers(single, 1);
  });

  it('N5: answers nothing, a payload or an error, as the action does', async () => {
    await using single = await startSingle();
    await single.container.init({ code: guest('branchy') });
    const answers = [
      await single.container.run({}),
      await single.container.run({ payload: { a: 1 } }),
      await single.container.run({ error: 'no' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers.map(({ text }) => text)).toEqual([
      '{}',
      '{"payload":{"a":1}}',
      '{"error":"no"}',
    ]);
    expectSilent(single);
    expectMarkers(single, 3);
  });

  it('N6: completes at once, and later, in one action', async () => {
    await using single = await startSingle();
    await single.container.init({ code: guest('sleep') });
    for (const ms of [0, 100]) {
      const answer = await single.container.run({ ms });
      expect(answer.status).toBe(200);
      expect(answer.json()).toEqual({ ms });
    }
    expectMarkers(single, 2);
  });

  it('N7: logs a greeting and answers it', async () => {
    await using single = await startSingle();
    await single.container.init({ code: guest('greeting') });
    const answer = await single.container.run({ name: 'Ada' });
    expect(answer.json()).toEqual({ greeting: 'Hello, Ada!' });
    expect(single.stdout.filtered).toBe('Hello, Ada!');
    expectMarkers(single, 1);
  });

  it('N11: refuses a module with an import that no host has', async () => {
    await using single = await startSingle();
    const answer = await single.container.init({ code: guest('unlinkable') });
    expect(answer.status).toBe(502);
    expect(answer.text).toContain('missing');
    expect(single.stderr.filtered).toMatch(/error/i);
    expectMarkers(single, 1);
  });

  it('N12: offers the imports that are documented: WASI, and http.get where it is granted', async () => {
    await using single = await startSingle({ config: { policy: { httpHosts: ['*'] } } });
    const init = await single.container.init({
      code: guest('needs-http'),
      annotations: { net_access: true },
    });
    expect(init.status).toBe(200);
    expect((await single.container.run({})).status).toBe(200);
  });

  it('N13: answers when a guest that waits is done', async () => {
    await using single = await startSingle();
    await single.container.init({ code: guest('sleep') });
    const answer = await single.container.run({ ms: 50 });
    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual({ ms: 50 });
  });

  it('N14: answers a failure with its reason under error', async () => {
    await using single = await startSingle();
    await single.container.init({ code: guest('err') });
    const answer = await single.container.run({ reason: 'not today' });
    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual({ error: 'not today' });
  });

  it('N15: answers a failure without a reason with an empty one', async () => {
    await using single = await startSingle();
    await single.container.init({ code: guest('err') });
    const answer = await single.container.run({});
    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual({ error: {} });
  });

  it.each([
    ['half a megabyte', 500_000],
    ['several megabytes', 5_000_000],
  ])('N16: takes a module of %s', async (_size, bytes) => {
    await using single = await startSingle();
    const code = withCustomSection(guest('echo'), randomBytes(bytes));
    expect((await single.container.init({ code })).status).toBe(200);
    const answer = await single.container.run({ a: 1 });
    expect(answer.json()).toEqual({ a: 1 });
    expectSilent(single);
    expectMarkers(single, 1);
  });

  it('N29: answers what a guest that waited returns', async () => {
    await using single = await startSingle();
    await single.container.init({ code: guest('sleep') });
    const answer = await single.container.run({ ms: 1, later: true });
    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual({ ms: 1, later: true });
  });

  it.each([
    ['N30', { name: 'ReferenceError', message: 'x is not defined' }],
    ['N31', { error: 'thrown on purpose' }],
  ])('%s: answers 200 with the error that a guest ends with', async (_id, reason) => {
    await using single = await startSingle();
    await single.container.init({ code: guest('err') });
    const answer = await single.container.run({ reason });
    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual('error' in reason ? reason : { error: reason });
  });
});
