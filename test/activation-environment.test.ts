import { describe, expect, it } from 'vitest';
import { guest } from './support/guests.js';
import { startService, startSingle } from './support/test-executor.js';

/* What a guest sees in its environment: the host's share, then `/init`, then `/run`; later wins. */

describe('the environment of an activation', () => {
  it('is built of three layers, the later over the earlier', async () => {
    await using single = await startSingle({
      environment: { __OW_API_HOST: 'host', __OW_NAMESPACE: 'host', __OW_KEPT: 'host' },
    });
    const { container } = single;
    await container.init({
      code: guest('environment'),
      env: { __OW_NAMESPACE: 'init', __OW_ACTION_NAME: 'init', MINE: 'init' },
    });
    const answer = await container.run({}, { action_name: 'run', namespace: 'run' });
    expect(answer.json()).toEqual({
      __OW_API_HOST: 'host',
      __OW_KEPT: 'host',
      MINE: 'init',
      __OW_ACTION_NAME: 'run',
      __OW_NAMESPACE: 'run',
    });
  });

  it('keeps nothing of an earlier run', async () => {
    await using single = await startSingle();
    const { container } = single;
    await container.init({ code: guest('environment') });
    expect((await container.run({}, { api_key: 'secret', extra: 'x' })).json()).toEqual({
      __OW_API_KEY: 'secret',
      __OW_EXTRA: 'x',
    });
    expect((await container.run({}, { namespace: 'n' })).json()).toEqual({ __OW_NAMESPACE: 'n' });
    expect((await container.run({})).json()).toEqual({});
  });

  it('holds every key beside value, strings as they are and the rest as JSON', async () => {
    await using single = await startSingle();
    const { container } = single;
    await container.init({ code: guest('environment') });
    const deadline = String(Date.now() + 60_000);
    const answer = await container.post(
      '/run',
      `{"deadline":${deadline},"yes":true,"object":{"b":1.0},"nothing":null,"empty":"","value":{}}`,
    );
    expect(answer.json()).toEqual({
      __OW_DEADLINE: deadline,
      __OW_YES: 'true',
      __OW_OBJECT: '{"b":1.0}',
      __OW_EMPTY: '',
    });
  });

  it('takes names of every kind', async () => {
    await using single = await startSingle();
    const { container } = single;
    const init =
      '{"value":{"code":' +
      JSON.stringify(guest('environment').toString('base64')) +
      ',"binary":true,"env":{"__proto__":"p","constructor":"c","with space":"s","❄":"☃","same":"1","same":"2"}}}';
    expect((await container.post('/init', init)).status).toBe(200);
    const { text } = await container.run({});
    const entries = Object.entries(JSON.parse(text) as object);
    expect(entries).toEqual(
      expect.arrayContaining([
        ['constructor', 'c'],
        ['with space', 's'],
        ['❄', '☃'],
        ['same', '2'],
      ]),
    );
    expect(text).toContain('"__proto__":"p"');
  });

  it('is exact when runs overlap', async () => {
    await using service = await startService();
    const container = service.container();
    await container.init({ code: guest('environment'), env: { SHARED: 'yes' } });
    const answers = await Promise.all(
      Array.from({ length: 64 }, (_, index) =>
        container.run(
          {},
          { activation_id: `a${String(index)}`, [`only_${String(index)}`]: 'mine' },
        ),
      ),
    );
    expect(answers.map((answer) => answer.json())).toEqual(
      answers.map((_, index) => ({
        SHARED: 'yes',
        __OW_ACTIVATION_ID: `a${String(index)}`,
        [`__OW_ONLY_${String(index)}`]: 'mine',
      })),
    );
  });
});
