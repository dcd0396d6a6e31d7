import { describe, expect, it } from 'vitest';
import { containerClient } from './support/container-client.js';
import { zip } from './support/archives.js';
import { guest } from './support/guests.js';
import { call, openConnection } from './support/raw-http.js';
import { startService, type ServiceExecutor } from './support/test-executor.js';

/* The protocol of the forked invoker's first public revision: `POST /start`, then a port of one's own. */

interface Started {
  readonly containerId: string;
  readonly port: number;
}

async function start(service: ServiceExecutor): Promise<Started> {
  return (await service.call({ path: '/start' })).json() as Started;
}

const activation = (id: string) => ({
  action_name: '/guest/z1',
  action_version: '0.0.1',
  activation_id: id,
  deadline: String(Date.now() + 60_000),
  namespace: 'guest',
  transaction_id: 's2v99OszTfE4ensknxkv1vxc7B5tWs2A',
});

describe('the first public revision of the fork', () => {
  it('starts containers over one kept connection, as its client does', async () => {
    await using service = await startService();
    const connection = openConnection(service.port);
    const started: Started[] = [];
    for (let index = 0; index < 3; index += 1) {
      connection.socket.write(
        `POST /start HTTP/1.1\r\nHost: 127.0.0.1:${String(service.port)}\r\n` +
          'User-Agent: akka-http/10.1.11\r\nContent-Length: 0\r\n\r\n',
      );
      const answer = await connection.next();
      expect(answer.head.split('\r\n')[0]).toBe('HTTP/1.1 200 OK');
      expect(answer.headers.get('content-type')).toBe('application/json');
      started.push(answer.json() as Started);
      expect(answer.text).toBe(
        `{"containerId":"${started[index]?.containerId ?? ''}","port":${String(started[index]?.port)}}`,
      );
    }
    connection.socket.destroy();
    expect(new Set(started.map(({ containerId }) => containerId)).size).toBe(3);
    expect(new Set([service.port, ...started.map(({ port }) => port)]).size).toBe(4);
  });

  it('initializes and runs on the port of the container', async () => {
    await using service = await startService();
    const { port } = await start(service);
    const container = containerClient(port);
    const init = await container.init({
      name: 'z1',
      binary: true,
      main: 'main',
      code: zip({ 'add.wasm': guest('echo') }),
      annotations: { 'provide-api-key': false, exec: 'wasm:0.1' },
      env: { __OW_ACTION_NAME: '/guest/z1', __OW_NAMESPACE: 'guest' },
    });
    expect([init.status, init.text]).toEqual([200, '{"ok":true}']);
    const args = { param1: 1, param2: 2 };
    for (const id of ['a9fad5578c454f3abad5578c458f3a2c', '869689399f8e43f59689399f8e73f53b']) {
      const answer = await container.run(args, activation(id));
      expect([answer.status, answer.text]).toEqual([200, JSON.stringify(args)]);
    }
  });

  it('takes the id as a path too, on the main port and on its own', async () => {
    await using service = await startService();
    const { containerId, port } = await start(service);
    await containerClient(port).init({ code: guest('echo') });
    const byPath = await containerClient(service.port, `/${containerId}`).run({ by: 'path' });
    expect(byPath.json()).toEqual({ by: 'path' });
    const onOwnPort = await containerClient(port, `/${containerId}`).run({ by: 'both' });
    expect(onOwnPort.json()).toEqual({ by: 'both' });
  });

  it('keeps containers apart by their ports', async () => {
    await using service = await startService();
    const [echo, array] = [await start(service), await start(service)];
    await containerClient(echo.port).init({ code: guest('echo') });
    await containerClient(array.port).init({ code: guest('array') });
    expect((await containerClient(echo.port).run({ a: 1 })).text).toBe('{"a":1}');
    expect((await containerClient(array.port).run({ a: 1 })).text).toBe('["a","b"]');
  });

  it('destroys on the port, which closes it', async () => {
    await using service = await startService();
    const { port } = await start(service);
    await containerClient(port).init({ code: guest('echo') });
    expect(service.executor.containers.size).toBe(1);
    const answer = await call(port, { path: '/destroy', body: '' });
    expect([answer.status, answer.headers.get('content-length')]).toEqual([200, '0']);
    expect(service.executor.containers.size).toBe(0);
    await expect(call(port, { path: '/run', body: '{}' })).rejects.toThrow(/ECONNREFUSED/);
  });

  it('answers on the main port without an id that there is no such path', async () => {
    await using service = await startService();
    for (const path of ['/init', '/run', '/destroy']) {
      const answer = await service.call({ path, body: '{}' });
      expect([answer.status, answer.text]).toEqual([404, '{"error":"Not found."}']);
    }
  });

  it('answers a run before init as any container does', async () => {
    await using service = await startService();
    const { port } = await start(service);
    const answer = await containerClient(port).run({});
    expect([answer.status, answer.text]).toEqual([500, '{"error":"no action defined yet"}']);
  });
});
