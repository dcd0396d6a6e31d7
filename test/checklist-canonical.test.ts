import { describe, expect, it } from 'vitest';
import { guest } from './support/guests.js';
import { startSingle } from './support/test-executor.js';

/* OpenWhisk's canonical suite for action runtimes; see docs/reference/checklist.md. */

describe('the canonical checklist', () => {
  it('C1: refuses code and main that are empty', async () => {
    await using single = await startSingle();
    const answer = await single.container.init({ code: '', main: '' });
    expect(answer.status).toBe(403);
    expect(single.stdout.markers).toBe(0);
  });

  it('C2: refuses an init without a value, in the exact words', async () => {
    await using single = await startSingle();
    const answer = await single.container.post('/init', '{}');
    expect(answer.status).toBe(403);
    expect(answer.text).toBe('{"error":"Missing main/no code to execute."}');
  });

  it('C3: refuses a result that is a string, and shows it on stderr', async () => {
    await using single = await startSingle();
    const { container, stdout, stderr } = single;
    expect((await container.init({ code: guest('string') })).status).toBe(200);
    const answer = await container.post('/run', '{}');
    expect(answer.status).toBe(502);
    expect(answer.text).toBe('{"error":"The action did not return a dictionary or array."}');
    expect(stdout.filtered).toBe('');
    expect(stderr.filtered).toMatch(/^.*".*"$/);
    expect([stdout.markers, stderr.markers]).toEqual([1, 1]);
  });

  it('C4: refuses a second init with the same good code', async () => {
    await using single = await startSingle();
    const { container, stdout, stderr } = single;
    const text = 'Cannot initialize the action more than once.';
    expect((await container.init({ code: guest('echo') })).status).toBe(200);
    const answer = await container.init({ code: guest('echo') });
    expect(answer.status).toBe(403);
    expect(answer.text).toBe(JSON.stringify({ error: text }));
    expect(stdout.text + stderr.text).toContain(text);
    expect([stdout.markers, stderr.markers]).toEqual([0, 0]);
  });

  it('C5: starts at the entry that main names', async () => {
    await using single = await startSingle();
    const { container, stdout, stderr } = single;
    expect((await container.init({ code: guest('niam'), main: 'niam' })).status).toBe(200);
    const answer = await container.run({ string: 'hello' });
    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual({ string: 'hello' });
    expect([stdout.filtered, stderr.filtered]).toEqual(['', '']);
    expect([stdout.markers, stderr.markers]).toEqual([1, 1]);
  });

  it('C6: echoes and logs, run after run', async () => {
    await using single = await startSingle();
    const { container, stdout, stderr } = single;
    expect((await container.init({ code: guest('echo-log'), main: 'main' })).status).toBe(200);
    const all = [
      { string: 'hello' },
      { string: '❄ ☃ ❄' },
      { numbers: [42, 1] },
      { object: { a: 'A' } },
    ];
    for (const args of all) {
      const answer = await container.run(args);
      expect(answer.status).toBe(200);
      expect(answer.json()).toEqual(args);
    }
    expect(stdout.filtered).toBe(Array(4).fill('hello stdout').join('\n'));
    expect(stderr.filtered).toBe(Array(4).fill('hello stderr').join('\n'));
    expect([stdout.markers, stderr.markers]).toEqual([4, 4]);
  });

  it('C7: keeps text beyond ASCII in arguments, result and log', async () => {
    await using single = await startSingle();
    const { container, stdout, stderr } = single;
    await container.init({ code: guest('unicode') });
    const answer = await container.run({ delimiter: '❄' });
    expect(answer.json()).toEqual({ winter: '❄ ☃ ❄' });
    expect(stdout.filtered).toBe('❄ ☃ ❄');
    expect([stdout.markers, stderr.markers]).toEqual([1, 1]);
  });

  it('C8: shows init variables before the arguments are read, empty ones too', async () => {
    await using single = await startSingle();
    const { container, stdout, stderr } = single;
    await container.init({ code: guest('initenv'), env: { SOME_VAR: 'xyz', ANOTHER_VAR: '' } });
    const answer = await container.run({});
    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual({ SOME_VAR: 'xyz', ANOTHER_VAR: '' });
    expect([stdout.filtered, stderr.filtered]).toEqual(['', '']);
    expect([stdout.markers, stderr.markers]).toEqual([1, 1]);
  });

  it("C9: shows the activation's context, and the API host of the container", async () => {
    await using single = await startSingle({ environment: { __OW_API_HOST: 'xyz' } });
    const { container, stdout, stderr } = single;
    await container.init({ code: guest('ctx') });
    const context = {
      api_key: 'abc',
      namespace: 'zzz',
      action_name: 'xxx',
      action_version: '0.0.1',
      activation_id: 'iii',
      deadline: '123',
    };
    const answer = await container.run({}, context);
    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual({ ...context, api_host: 'xyz' });
    expect([stdout.filtered, stderr.filtered]).toEqual(['', '']);
    expect([stdout.markers, stderr.markers]).toEqual([1, 1]);
  });

  it('C10: echoes an argument that nearly fills the limit of a result, with no byte added', async () => {
    await using single = await startSingle();
    const { container } = single;
    await container.init({ code: guest('echo') });
    const text = JSON.stringify({ arg: 'a'.repeat(1_048_561) });
    const answer = await container.post('/run', `{"value":${text}}`);
    expect(answer.status).toBe(200);
    expect(answer.text).toBe(text);
    expect(answer.body.length).toBe(1_048_571);
  });
});
