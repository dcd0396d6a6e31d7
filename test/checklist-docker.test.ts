import { describe, expect, it } from 'vitest';
import { zip } from './support/archives.js';
import { guest } from './support/guests.js';
import { startSingle } from './support/test-executor.js';

/* The suites of OpenWhisk's docker skeleton and its rust runtime; see docs/reference/checklist.md. */

describe("the docker skeleton's checklist", () => {
  it('D4: refuses a string for an argument, and ends the log', async () => {
    await using single = await startSingle();
    const { container, stdout, stderr } = single;
    await container.init({ code: guest('echo') });
    const answer = await container.run('A');
    expect(answer.status).toBe(404);
    expect(answer.json()).toEqual({
      error: 'The action did not receive a dictionary or array as an argument.',
    });
    expect([stdout.filtered, stderr.filtered]).toEqual(['', '']);
    expect([stdout.markers, stderr.markers]).toEqual([1, 1]);
  });

  it('D5: answers an init without code and then a run of null', async () => {
    await using single = await startSingle();
    expect((await single.container.init({ code: '' })).status).toBe(403);
    expect((await single.container.post('/run', 'null')).status).toBe(500);
  });

  it('D6: does without main and name', async () => {
    await using single = await startSingle();
    const { container, stdout, stderr } = single;
    const code = zip({ exec: guest('greeting') }).toString('base64');
    const init = await container.post('/init', `{"value":{"code":"${code}","binary":true}}`);
    expect(init.status).toBe(200);
    const answer = await container.run({ name: 'skeleton' });
    expect(answer.json()).toEqual({ greeting: 'Hello, skeleton!' });
    expect(stdout.filtered).toBe('Hello, skeleton!');
    expect([stdout.markers, stderr.markers]).toEqual([1, 1]);
  });

  it('D7: runs in the folder of the archive', async () => {
    await using single = await startSingle();
    await single.container.init({ code: zip({ exec: guest('readfile'), 'test.txt': 'here' }) });
    expect((await single.container.run({ path: 'test.txt' })).json()).toEqual({ content: 'here' });
  });

  it.each([
    ['D8', 'answers an array', 'array', {}],
    ['D9', 'takes an array for its argument', 'array-echo', ['a', 'b']],
    ['R1', 'answers an array', 'array', {}],
    ['R2', 'takes an array for its argument', 'array-echo', ['a', 'b']],
  ])('%s: %s', async (_id, _what, name, args) => {
    await using single = await startSingle();
    await single.container.init({ code: guest(name) });
    const answer = await single.container.run(args);
    expect([answer.status, answer.text]).toEqual([200, '["a","b"]']);
  });

  it('D13: ends a start function that never returns when its time is up', async () => {
    await using single = await startSingle({ config: { limits: { timeoutMs: 300 } } });
    const { container, stdout, stderr } = single;
    // Nothing of the guest runs at /init, so nothing can hold it up.
    expect((await container.init({ code: guest('start-loops') })).status).toBe(200);
    expect(stdout.text + stderr.text).toBe('');
    const answer = await container.run({});
    expect(answer.status).toBe(502);
    expect(answer.text).toBe('{"error":"The action exceeded its time limits."}');
    expect([stdout.markers, stderr.markers]).toEqual([1, 1]);
  });

  it('D14: survives a start function that traps', async () => {
    await using single = await startSingle();
    const { container, stdout, stderr } = single;
    expect((await container.init({ code: guest('start-traps') })).status).toBe(200);
    const answer = await container.run({});
    expect(answer.status).toBe(502);
    expect(answer.json()).toEqual({ error: expect.stringMatching(/^An error has occurred: /) });
    expect([stdout.markers, stderr.markers]).toEqual([1, 1]);
    expect((await single.get('/health')).status).toBe(200);
  });

  it('D15: shows what a guest that never ends has logged so far, and ends it when its caller goes', async () => {
    await using single = await startSingle();
    const { container, stderr } = single;
    await container.init({ code: guest('spin') });
    const call = container.startRun({});
    await expect.poll(() => stderr.filtered, { timeout: 15_000 }).toBe('spinning');
    expect(stderr.markers).toBe(0);
    call.drop();
    await expect.poll(() => stderr.markers, { timeout: 15_000 }).toBe(1);
    expect(single.executor.running).toBe(0);
  });

  it('D16: answers a guest that ends with an exit code, and lives on', async () => {
    await using single = await startSingle();
    const { container, stdout, stderr } = single;
    await container.init({ code: guest('exit') });
    const failed = await container.run({ code: 3 });
    expect(failed.status).toBe(502);
    expect(failed.json()).toEqual({ error: expect.stringMatching(/code 3/) });
    const good = await container.run({ code: 0 });
    expect([good.status, good.text]).toEqual([200, '{"exiting":true}']);
    expect([stdout.markers, stderr.markers]).toEqual([2, 2]);
  });
});
