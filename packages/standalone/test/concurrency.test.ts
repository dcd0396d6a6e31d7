import { request } from 'node:http';
import { describe, expect, it, vi } from 'vitest';
import { startStandaloneServer } from '../dist/server.js';
import {
  annotationOf,
  guestAuthorization,
  openWhisk,
  type Answer,
  type Whisk,
} from './invocation-fixture.js';

/** Invokes all at once. */
function invokeAll(whisk: Whisk, name: string, args: readonly object[]): Promise<Answer[]> {
  return Promise.all(
    args.map((body) => whisk.call('POST', `/actions/${name}?blocking=true`, { body })),
  );
}

function times<Item>(length: number, make: (index: number) => Item): Item[] {
  return Array.from({ length }, (_, index) => make(index));
}

/** Statuses, and how many there were of each. */
function tally(answers: readonly Answer[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

describe('Many invocations at once', () => {
  it('all succeed, each with its own arguments', async () => {
    const whisk = openWhisk();
    await whisk.deploy('add', 'add');
    const answers = await invokeAll(
      whisk,
      'add',
      times(200, (index) => ({ param1: index, param2: 1 })),
    );
    expect(tally(answers)).toEqual({ 200: 200 });
    expect(
      answers.map(({ json }) => (json as { response: { result: unknown } }).response.result),
    ).toEqual(times(200, (index) => ({ result: index + 1 })));
    expect(await whisk.count()).toBe(200);
  });

  it('share containers as far as the action lets them', async () => {
    const whisk = openWhisk();
    await whisk.deploy('net', 'net', { limits: { concurrency: 10 } });
    const { containers } = whisk.standalone.services.executor;
    await whisk.invoke('net', { wait_ms: 1 });
    expect(
      tally(
        await invokeAll(
          whisk,
          'net',
          times(10, () => ({ wait_ms: 100 })),
        ),
      ),
    ).toEqual({
      200: 10,
    });
    expect(containers.size).toBe(1);
  });

  it('wait for each other where the action may have only so many instances', async () => {
    const whisk = openWhisk();
    await whisk.deploy('net', 'net', { limits: { instances: 2 } });
    await whisk.deploy('add', 'add');
    const waiting = invokeAll(
      whisk,
      'net',
      times(6, () => ({ wait_ms: 100 })),
    );
    // Others are not held up by it.
    const [other] = await invokeAll(whisk, 'add', [{ param1: 1, param2: 2 }]);
    expect(other?.status).toBe(200);
    expect(tally(await waiting)).toEqual({ 200: 6 });
    const { containers } = whisk.standalone.services.executor;
    expect(containers.size).toBe(3);
  });

  it('beyond the limit of a namespace are refused, and all that were accepted leave records', async () => {
    const whisk = openWhisk({ 'throttle.concurrentInvocations': '30' });
    await whisk.deploy('net', 'net');
    const answers = await Promise.all([
      ...times(40, () => whisk.call('POST', '/actions/net?blocking=true', { body: {} })),
      ...times(20, () => whisk.call('POST', '/actions/net', { body: {} })),
    ]);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(30);
    expect(refused[0]?.json).toMatchObject({ error: expect.stringContaining('30') as string });
    const accepted = answers.filter(({ status }) => status !== 429);
    for (const { activationId } of accepted)
      expect((await whisk.record(activationId)).response.success).toBe(true);
    expect(await whisk.count()).toBe(30);
    // Places are free again, also of those that were refused.
    expect(
      tally(
        await invokeAll(
          whisk,
          'net',
          times(30, () => ({ wait_ms: 1 })),
        ),
      ),
    ).toEqual({
      200: 30,
    });
  });

  it('in one minute beyond the limit are refused, each namespace by itself', async () => {
    const whisk = openWhisk({ 'throttle.invocationsPerMinute': '5' });
    await whisk.put('/packages/shared', { publish: true });
    await whisk.deploy('shared/add', 'add');
    const body = { param1: 1, param2: 2 };
    const answers = await invokeAll(
      whisk,
      'shared/add',
      times(8, () => body),
    );
    expect(tally(answers)).toEqual({ 200: 5, 429: 3 });
    const path = '/api/v1/namespaces/guest/actions/shared/add?blocking=true';
    const stranger = await whisk.call('POST', path, { body, user: 'stranger' });
    expect(stranger).toMatchObject({
      status: 200,
      json: { namespace: 'stranger', subject: 'stranger' },
    });
  });
});

describe('The pool of containers', () => {
  it('makes room for others by destroying what is idle', async () => {
    const whisk = openWhisk({ 'pool.memoryMiB': '512' });
    const { containers } = whisk.standalone.services.executor;
    for (const name of ['a', 'b', 'c']) await whisk.deploy(name, 'echo');
    for (const name of ['a', 'b', 'c', 'a', 'a'])
      expect((await whisk.invoke(name)).response.success).toBe(true);
    expect(containers.size).toBe(2);
    expect(annotationOf(await whisk.invoke('a'), 'start')).toBe('warm');
    expect(annotationOf(await whisk.invoke('b'), 'start')).toBe('cold');
    // That was the one used longest ago.
    expect(annotationOf(await whisk.invoke('a'), 'start')).toBe('warm');
  });

  it('lets who finds no room wait, and starves nobody', async () => {
    const whisk = openWhisk({ 'pool.memoryMiB': '512' });
    await whisk.put('/packages/shared', { publish: true });
    await whisk.deploy('shared/net', 'net');
    await whisk.deploy('wide', 'net', { limits: { memory: 512 } });
    const ended: string[] = [];
    const backlog = times(20, async (index) => {
      const answer = await whisk.call('POST', '/actions/shared/net?blocking=true', {
        body: { wait_ms: 40 },
      });
      ended.push(`guest ${String(index)}`);
      return answer;
    });
    const wide = whisk.call('POST', '/actions/wide?blocking=true', { body: { wait_ms: 1 } });
    const path = '/api/v1/namespaces/guest/actions/shared/net?blocking=true';
    const stranger = whisk
      .call('POST', path, { body: { wait_ms: 1 }, user: 'stranger' })
      .then((answer) => {
        ended.push('stranger');
        return answer;
      });
    const answers = await Promise.all([...backlog, wide, stranger]);
    expect(tally(answers)).toEqual({ 200: 22 });
    // Its turn came although twenty were there before.
    expect(ended.indexOf('stranger')).toBeLessThan(10);
  });

  it('records what found no place in the queue', async () => {
    const whisk = openWhisk({ 'pool.memoryMiB': '512', 'pool.queueSizeMax': '3' });
    await whisk.deploy('net', 'net');
    const answers = await invokeAll(
      whisk,
      'net',
      times(8, () => ({ wait_ms: 100 })),
    );
    expect(tally(answers)).toEqual({ 200: 5, 500: 3 });
    const { activationId } = answers.find(({ status }) => status === 500) ?? {};
    expect((await whisk.record(activationId)).response).toMatchObject({
      status: 'whisk internal error',
      result: { error: expect.stringContaining('pool.queueSizeMax') as string },
    });
    expect(await whisk.count()).toBe(8);
  });

  it('goes on when the executor destroys an idle container by itself', async () => {
    const whisk = openWhisk({ 'containers.idleMs': '1000' });
    await whisk.deploy('echo', 'echo');
    await whisk.invoke('echo');
    const { containers } = whisk.standalone.services.executor;
    await vi.waitFor(
      () => {
        expect(containers.size).toBe(0);
      },
      { timeout: 20_000, interval: 50 },
    );
    expect(annotationOf(await whisk.invoke('echo'), 'start')).toBe('cold');
  });

  it('holds the executor’s limit of containers', async () => {
    const whisk = openWhisk({ 'containers.max': '3' });
    await whisk.deploy('net', 'net');
    await whisk.deploy('echo', 'echo');
    expect(
      tally(
        await invokeAll(
          whisk,
          'net',
          times(12, () => ({ wait_ms: 30 })),
        ),
      ),
    ).toEqual({
      200: 12,
    });
    expect((await whisk.invoke('echo')).response.success).toBe(true);
    expect(whisk.standalone.services.executor.containers.size).toBe(3);
  });
});

describe('An invocation whose caller goes away', () => {
  it('is not cancelled', async () => {
    const whisk = openWhisk({ 'server.port': '0' });
    await whisk.deploy('net', 'net');
    const server = await startStandaloneServer(whisk.standalone);
    const url = `${server.url}/api/v1/namespaces/_/actions/net?blocking=true`;
    const sent = request(url, {
      method: 'POST',
      headers: { authorization: guestAuthorization, 'content-type': 'application/json' },
    });
    sent.on('error', () => undefined);
    sent.end('{"wait_ms":300}');
    await vi.waitFor(() => {
      expect(whisk.standalone.running).toBe(1);
    });
    const closed = new Promise((resolve) => {
      sent.once('close', resolve);
    });
    sent.destroy();
    await closed;
    await vi.waitFor(
      async () => {
        expect(await whisk.count()).toBe(1);
      },
      { timeout: 10_000 },
    );
    const { json } = await whisk.call('GET', '/activations?docs=true');
    expect(json).toMatchObject([{ response: { success: true } }]);
    await server.shutDown();
  });
});

describe('An OpenWhisk that closes', () => {
  it('drains: what is in progress ends well, and nothing new is taken', async () => {
    const whisk = openWhisk();
    await whisk.deploy('net', 'net');
    const running = invokeAll(
      whisk,
      'net',
      times(5, () => ({ wait_ms: 200 })),
    );
    await vi.waitFor(() => {
      expect(whisk.standalone.running).toBe(5);
    });
    const drained = whisk.standalone.drain(20_000);
    expect((await whisk.call('POST', '/actions/net', { body: {} })).status).toBe(503);
    await drained;
    expect(whisk.standalone.running).toBe(0);
    expect(tally(await running)).toEqual({ 200: 5 });
  });

  it('leaves a record of everything that it ends, running or waiting', async () => {
    const whisk = openWhisk({ 'pool.memoryMiB': '512' });
    const { storage } = whisk.standalone.services;
    await whisk.deploy('net', 'net');
    await whisk.put('/actions/twice', {
      exec: { kind: 'sequence', components: ['/_/net', '/_/net'] },
    });
    await whisk.put('/triggers/tick', {});
    await whisk.put('/rules/works', { trigger: '/_/tick', action: '/_/net' });
    const body = { wait_ms: 30_000 };
    const stored: { readonly name: string; readonly statusCode: number }[] = [];
    const store = storage.activations.store.bind(storage.activations);
    vi.spyOn(storage.activations, 'store').mockImplementation((record) => {
      stored.push(record);
      return store(record);
    });
    const blocking = invokeAll(
      whisk,
      'net',
      times(3, () => body),
    );
    const accepted = await Promise.all([
      whisk.call('POST', '/actions/net', { body }),
      whisk.call('POST', '/actions/twice', { body }),
      whisk.call('POST', '/triggers/tick', { body }),
    ]);
    expect(tally(accepted)).toEqual({ 202: 3 });
    await vi.waitFor(() => {
      expect(whisk.standalone.running).toBe(6);
    });
    await whisk.standalone.close();
    expect(tally(await blocking)).toEqual({ 500: 3 });
    const names = stored.map(({ name }) => name).sort();
    // Five of the action, one of them in the sequence and one of the rule; and what is around them.
    expect(names).toEqual(['net', 'net', 'net', 'net', 'net', 'net', 'tick', 'twice']);
    for (const { name, statusCode } of stored) expect(statusCode).toBe(name === 'tick' ? 0 : 3);
  });
});
