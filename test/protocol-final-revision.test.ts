import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { zip } from './support/archives.js';
import { guest } from './support/guests.js';
import { call, openConnection, requestBytes, startCall } from './support/raw-http.js';
import { startService } from './support/test-executor.js';

/* The protocol of the forked invoker's final revision: ids are the invoker's, and it says when they go. */

/** What the other client of the invoker sends. */
const destroyHeaders = {
  Accept: undefined,
  Connection: undefined,
  'Accept-Encoding': undefined,
  'User-Agent': 'akka-http/10.1.11',
  'Content-Type': 'text/plain; charset=UTF-8',
};

const run = (value: string, activationId = 'b2265dff9dc946d9a65dff9dc986d9a4'): string =>
  '{"action_name":"/guest/add","action_version":"0.0.1",' +
  `"activation_id":"${activationId}","deadline":"${String(Date.now() + 60_000)}",` +
  `"namespace":"guest","transaction_id":"oBwIhDi9F8FAPbERiySP0SLzaOmK6Mqs","value":${value}}`;

const init = (code: Buffer, annotations = '{"provide-api-key":false,"exec":"wasm:0.1"}'): string =>
  `{"value":{"name":"add","binary":true,"main":"main","code":"${code.toString('base64')}",` +
  `"annotations":${annotations},"env":{"__OW_DEADLINE":"${String(Date.now() + 60_000)}",` +
  '"__OW_ACTION_NAME":"/guest/add","__OW_ACTION_VERSION":"0.0.1",' +
  '"__OW_ACTIVATION_ID":"b2265dff9dc946d9a65dff9dc986d9a4","__OW_NAMESPACE":"guest",' +
  '"__OW_TRANSACTION_ID":"oBwIhDi9F8FAPbERiySP0SLzaOmK6Mqs"}}}';

describe('the final revision of the fork', () => {
  it('goes through one whole cycle', async () => {
    await using service = await startService();
    const { port } = service;
    const id = randomUUID();
    const code = zip({ 'add.wasm': guest('echo') });
    const initialized = await call(port, { path: `/${id}/init`, body: init(code) });
    expect([initialized.status, initialized.text]).toEqual([200, '{"ok":true}']);
    const answer = await call(port, { path: `/${id}/run`, body: run('{"param1":2,"param2":2}') });
    expect([answer.status, answer.text]).toEqual([200, '{"param1":2,"param2":2}']);
    expect(answer.headers.get('content-type')).toBe('application/json');
    const destroyed = await call(port, {
      path: `/${id}/destroy`,
      body: id,
      headers: destroyHeaders,
    });
    expect([destroyed.status, destroyed.headers.get('content-length')]).toEqual([200, '0']);
    expect(service.executor.containers.size).toBe(0);
    const late = await call(port, { path: `/${id}/run`, body: run('{}') });
    expect([late.status, late.text]).toEqual([500, '{"error":"no action defined yet"}']);
  });

  it('takes annotations of any kind', async () => {
    await using service = await startService();
    const annotations =
      '{"a":null,"b":[1,{"c":2}],"d":1.5,"dir":17,"net_access":"maybe","__proto__":{"x":1},"web-export":true}';
    const answer = await call(service.port, {
      path: '/id/init',
      body: init(guest('echo'), annotations),
    });
    expect(answer.status).toBe(200);
  });

  it('ends a run at once when its container is destroyed, and frees everything', async () => {
    await using service = await startService();
    const { port, executor } = service;
    for (const name of ['spin', 'sleep']) {
      const id = randomUUID();
      await call(port, { path: `/${id}/init`, body: init(guest(name)) });
      const running = startCall(port, { path: `/${id}/run`, body: run('{"ms":60000}') });
      await expect.poll(() => executor.runner.status().runningRuns, { timeout: 15_000 }).toBe(1);
      const startedAt = performance.now();
      const destroyed = await call(port, {
        path: `/${id}/destroy`,
        body: id,
        headers: destroyHeaders,
      });
      expect(destroyed.status).toBe(200);
      const answer = await running.answer;
      expect(answer.status).toBe(502);
      expect(answer.headers.get('x-wasmwhisk-error')).toBe('WW_ERR_RUN_ABORTED');
      expect(performance.now() - startedAt).toBeLessThan(5000);
      expect(executor.containers.size).toBe(0);
      await expect
        .poll(() => executor.runner.status(), { timeout: 15_000 })
        .toMatchObject({ runningRuns: 0, busyThreads: 0, waitingRuns: 0, queuedRuns: 0 });
    }
    const good = service.container();
    await good.init({ code: guest('echo') });
    expect((await good.run({ a: 1 })).status).toBe(200);
  });

  it('finds the container to destroy by the body first, then by the path', async () => {
    await using service = await startService();
    const { port, executor } = service;
    const make = async (id: string) => {
      await call(port, { path: `/${id}/init`, body: init(guest('echo')) });
    };
    const destroy = (id: string, body: string) =>
      call(port, { path: `/${id}/destroy`, body, headers: destroyHeaders });
    const ids = () => [...executor.containers.values()].map(({ id }) => id);
    for (const id of ['one', 'two', 'three', 'four']) await make(id);
    expect((await destroy('unknown', ' one\n')).status).toBe(200);
    expect(ids()).toEqual(['two', 'three', 'four']);
    await destroy('unknown', '"two"');
    expect(ids()).toEqual(['three', 'four']);
    await destroy('three', 'somebody else');
    expect(ids()).toEqual(['four']);
    await destroy('four', '');
    expect(ids()).toEqual([]);
    expect((await destroy('four', 'four')).status).toBe(200);
  });

  it('overlaps runs of one id', async () => {
    await using service = await startService();
    const container = service.container();
    await container.init({ code: guest('sleep') });
    const answers = await Promise.all(
      [1, 2, 3, 4, 5].map((index) => container.run({ ms: 200, index })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  });

  it('keeps a pooled connection that goes silent between two requests', async () => {
    await using service = await startService();
    const connection = openConnection(service.port);
    for (const id of ['x', 'y']) {
      connection.socket.write(
        requestBytes(service.port, { path: `/${id}/destroy`, body: id, headers: destroyHeaders }),
      );
      expect((await connection.next()).status).toBe(200);
    }
    connection.socket.destroy();
  });

  it('initializes an id anew after its end, with other code', async () => {
    await using service = await startService();
    const container = service.container('again');
    await container.init({ code: guest('echo') });
    expect((await container.init({ code: guest('array') })).status).toBe(403);
    await container.post('/destroy', 'again');
    expect((await container.init({ code: guest('array') })).status).toBe(200);
    expect((await container.run({})).text).toBe('["a","b"]');
  });

  it("answers with the forerunner's envelope where that is configured", async () => {
    await using service = await startService({ config: { server: { answer: 'envelope' } } });
    const [good, bad] = [service.container(), service.container()];
    await good.init({ code: guest('echo') });
    expect((await good.run({ result: 4 })).text).toBe(
      '{"result":{"result":4},"status":"success","status_code":0,"success":true}',
    );
    await bad.init({ code: guest('err') });
    const failed = await bad.run({ reason: { error: 'no' } });
    expect([failed.status, failed.text]).toEqual([
      200,
      '{"result":{"error":"no"},"status":"application error","status_code":1,"success":false}',
    ]);
  });
});
