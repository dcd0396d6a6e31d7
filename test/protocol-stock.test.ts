import { frameMarker } from '@wasmwhisk/protocol';
import { describe, expect, it } from 'vitest';
import { zip } from './support/archives.js';
import { guest } from './support/guests.js';
import { call, openConnection } from './support/raw-http.js';
import { startSingle } from './support/test-executor.js';

/* The protocol of a stock invoker: one container, `/init` once, then `/run`. */

const environment = '{"__OW_NAMESPACE":"guest","__OW_ACTION_NAME":"/guest/j10"}';

describe('the protocol of a stock invoker', () => {
  it('goes through one whole cycle, each request on a connection of its own', async () => {
    await using single = await startSingle();
    const code = zip({ 'index.wasm': guest('echo-log') }).toString('base64');
    const init = await call(single.port, {
      path: '/init',
      body: `{"value":{"name":"j10","binary":true,"main":"main","code":"${code}","env":${environment}}}`,
    });
    expect(init.head.split('\r\n')[0]).toBe('HTTP/1.1 200 OK');
    expect(init.headers.get('content-type')).toBe('application/json');
    expect(init.text).toBe('{"ok":true}');
    expect(single.stdout.text + single.stderr.text).toBe('');
    for (const id of ['c659cc1c6ac54e5999cc1c6ac55e5905', '9d3db27ecc8c4385bdb27ecc8cf385da']) {
      const answer = await call(single.port, {
        path: '/run',
        body:
          '{"action_name":"/guest/j10","action_version":"0.0.1",' +
          `"activation_id":"${id}","deadline":"${String(Date.now() + 60_000)}",` +
          '"namespace":"guest","transaction_id":"KEXHGb8wtoPszhhVLzo8rYMydSEAv9Cu","value":{"param1":1}}',
      });
      expect([answer.status, answer.text]).toEqual([200, '{"param1":1}']);
    }
    const run = (stream: string) => `hello ${stream}\n${frameMarker}\n`;
    expect(single.stdout.text).toBe(run('stdout').repeat(2));
    expect(single.stderr.text).toBe(run('stderr').repeat(2));
  });

  it('has written all of the log before the answer', async () => {
    await using single = await startSingle();
    await single.container.init({ code: guest('flood') });
    for (let count = 1; count <= 5; count += 1) {
      await single.container.run({ bytes: 64_000 });
      expect([single.stdout.markers, single.stderr.markers]).toEqual([count, count]);
    }
    const lines = single.stdout.lines.filter((line) => line !== frameMarker);
    expect(lines).toHaveLength(5000);
    expect(single.stdout.lines.at(-1)).toBe(frameMarker);
  });

  it('bears bare connections, as its health check makes them', async () => {
    await using single = await startSingle();
    for (let index = 0; index < 5; index += 1) {
      const { socket, closed } = openConnection(single.port);
      socket.once('connect', () => socket.end());
      await closed;
    }
    expect((await single.container.init({ code: guest('echo') })).status).toBe(200);
  });

  it('knows no paths of a service', async () => {
    await using single = await startSingle();
    for (const path of ['/start', '/some-id/init', '/some-id/run', '/some-id/destroy', '/destroy'])
      expect((await single.call({ path, body: '{}' })).text).toBe('{"error":"Not found."}');
  });

  it.each([
    ['nothing at all', ''],
    ['null', 'null'],
    ['an empty object', '{}'],
    ['a value of null', '{"value":null}'],
  ])('takes %s for no arguments', async (_what, body) => {
    await using single = await startSingle();
    await single.container.init({ code: guest('echo') });
    const answer = await single.container.post('/run', body);
    expect([answer.status, answer.text]).toEqual([200, '{}']);
  });

  it('answers nothing with an empty object', async () => {
    await using single = await startSingle();
    await single.container.init({ code: guest('nothing') });
    const answer = await single.container.run({});
    expect([answer.status, answer.text]).toEqual([200, '{}']);
    expect([single.stdout.markers, single.stderr.markers]).toEqual([1, 1]);
  });

  it('shows a result that is no JSON on stderr', async () => {
    await using single = await startSingle();
    await single.container.init({ code: guest('not-json') });
    const answer = await single.container.run({});
    expect(answer.status).toBe(502);
    expect(answer.text).toBe('{"error":"The action did not return a dictionary or array."}');
    expect(single.stderr.filtered).toContain('{"cut":');
  });

  it('ends a guest at its deadline and says so', async () => {
    await using single = await startSingle();
    await single.container.init({ code: guest('spin') });
    const answer = await single.container.run({}, { deadline: String(Date.now() + 400) });
    expect([answer.status, answer.text]).toEqual([
      502,
      '{"error":"The action exceeded its time limits."}',
    ]);
    expect(single.stderr.lines[0]).toBe('spinning');
    // Then where the guest was, if the engine can tell, and the marker.
    expect(single.stderr.lines[1]).toMatch(/time|deadline/i);
    expect([single.stdout.markers, single.stderr.markers]).toEqual([1, 1]);
  });

  it('begins no run whose deadline has passed, and ends the log', async () => {
    await using single = await startSingle();
    await single.container.init({ code: guest('greeting') });
    const answer = await single.container.run({}, { deadline: String(Date.now() - 1) });
    expect([answer.status, answer.text]).toEqual([
      502,
      '{"error":"The action exceeded its time limits."}',
    ]);
    expect(single.stdout.filtered).toBe('');
    expect([single.stdout.markers, single.stderr.markers]).toEqual([1, 1]);
  });

  it('refuses a result above our own limit', async () => {
    await using single = await startSingle({ config: { limits: { resultBytes: 4096 } } });
    await single.container.init({ code: guest('big-result') });
    expect((await single.container.run({ bytes: 4096 })).status).toBe(200);
    const answer = await single.container.run({ bytes: 4097 });
    expect(answer.status).toBe(502);
    expect(answer.headers.get('x-wasmwhisk-error')).toBe('WW_ERR_RESULT_TOO_LARGE');
    expect([single.stdout.markers, single.stderr.markers]).toEqual([2, 2]);
  });

  it('ends a guest that takes too much memory and says so', async () => {
    await using single = await startSingle();
    await single.container.init({ code: guest('oom') });
    const answer = await single.container.run({});
    expect([answer.status, answer.text]).toEqual([
      502,
      '{"error":"The action exhausted its memory and was aborted."}',
    ]);
    expect([single.stdout.markers, single.stderr.markers]).toEqual([1, 1]);
  });

  it('refuses a second init while the first is in progress', async () => {
    await using single = await startSingle();
    const [first, second] = await Promise.all([
      single.container.init({ code: guest('echo') }),
      single.container.init({ code: guest('echo') }),
    ]);
    const statuses = [first.status, second.status].toSorted((a, b) => a - b);
    expect(statuses).toEqual([200, 403]);
    const refused = first.status === 403 ? first : second;
    expect(refused.text).toBe('{"error":"System not ready, status is starting."}');
    expect(single.stderr.text).toBe(
      'Internal system error: System not ready, status is starting.\n',
    );
  });

  it('answers a run whose body is no JSON by what the container is', async () => {
    await using single = await startSingle();
    expect((await single.container.post('/run', 'XXX')).status).toBe(500);
    await single.container.init({ code: guest('echo') });
    const answer = await single.container.post('/run', 'XXX');
    expect(answer.status).toBe(400);
    expect(answer.json()).toEqual({
      error: expect.stringMatching(/^Error unmarshaling request: ./),
    });
    expect(single.stdout.text + single.stderr.text).toBe('');
  });

  it.each([
    ['a value that is no object', '{"value":"text"}'],
    ['a body that is an array', '[]'],
    ['code that is a number', '{"value":{"code":1}}'],
    ['a main that is a number', '{"value":{"code":"AGFzbQ==","main":1}}'],
    ['binary that is a string', '{"value":{"code":"AGFzbQ==","binary":"yes"}}'],
    ['env that is an array', '{"value":{"code":"AGFzbQ==","env":[]}}'],
    ['annotations that are a string', '{"value":{"code":"AGFzbQ==","annotations":"x"}}'],
  ])('refuses %s at init', async (_what, body) => {
    await using single = await startSingle();
    const answer = await single.container.post('/init', body);
    expect(answer.status).toBe(400);
    expect(answer.json()).toEqual({
      error: expect.stringMatching(/^Error unmarshaling request: ./),
    });
    expect(single.stdout.text + single.stderr.text).toBe('');
  });

  it('refuses code that claims to be base64 and is not', async () => {
    await using single = await startSingle();
    const answer = await single.container.init({ code: 'AGFzbQ*=', binary: true });
    expect(answer.status).toBe(400);
    expect(answer.json()).toEqual({
      error: expect.stringMatching(/^cannot decode the request: ./),
    });
    expect(single.stderr.filtered).toMatch(/error/i);
    expect([single.stdout.markers, single.stderr.markers]).toEqual([1, 1]);
  });
});
