import { describe, expect, it } from 'vitest';
import { guests } from './guests.js';
import { annotationOf, openWhisk } from './invocation-fixture.js';

describe('A blocking invocation', () => {
  it('answers with the record, which is stored by then', async () => {
    const whisk = openWhisk();
    await whisk.deploy('add', 'add');
    const { status, json, activationId } = await whisk.call('POST', '/actions/add?blocking=true', {
      body: { param1: 5, param2: 4 },
    });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      namespace: 'guest',
      name: 'add',
      version: '0.0.1',
      subject: 'guest',
      activationId,
      response: { status: 'success', success: true, result: { result: 9 }, size: 12 },
      logs: [],
      publish: false,
    });
    expect(activationId).toMatch(/^[0-9a-f]{32}$/);
    expect(json).not.toHaveProperty('code');
    expect(json).not.toHaveProperty('cause');
    const stored = await whisk.call('GET', `/activations/${activationId ?? ''}`);
    expect(stored.json).toEqual(json);
  });

  it('answers with the bare result when asked to', async () => {
    const whisk = openWhisk();
    await whisk.deploy('add', 'add');
    const asked = '/actions/add?blocking=true&result=true';
    const good = await whisk.call('POST', asked, { body: { param1: 5, param2: 4 } });
    expect(good).toMatchObject({ status: 200, text: '{"result":9}' });
    const bad = await whisk.call('POST', asked, { body: {} });
    expect(bad).toMatchObject({ status: 502, json: { error: 'Expected param1 to be present' } });
  });

  it('says what the start was like: cold once, warm afterwards', async () => {
    const whisk = openWhisk();
    await whisk.deploy('add', 'add', { limits: { memory: 128 } });
    const cold = await whisk.invoke('add', { param1: 1, param2: 2 });
    const warm = await whisk.invoke('add', { param1: 1, param2: 2 });
    expect(annotationOf(cold, 'start')).toBe('cold');
    expect(annotationOf(cold, 'initTime')).toBeTypeOf('number');
    expect(annotationOf(warm, 'start')).toBe('warm');
    expect(annotationOf(warm, 'initTime')).toBeUndefined();
    for (const record of [cold, warm]) {
      expect(annotationOf(record, 'path')).toBe('guest/add');
      expect(annotationOf(record, 'kind')).toBe('wasm:0.1');
      expect(annotationOf(record, 'limits')).toEqual({
        timeout: 60_000,
        memory: 128,
        logs: 10,
        concurrency: 1,
      });
      expect(annotationOf(record, 'timeout')).toBe(false);
      expect(annotationOf(record, 'waitTime')).toBeTypeOf('number');
      expect(annotationOf(record, 'peakMemory')).toBeGreaterThan(0);
      expect(record.end).toBe(record.start + (record.duration ?? 0));
    }
    expect(whisk.standalone.services.executor.containers.size).toBe(1);
  });

  it('keeps numbers that JavaScript would round, in parameters, arguments and results', async () => {
    const whisk = openWhisk();
    await whisk.call('PUT', '/actions/echo', {
      body: `{"exec":{"kind":"wasm:0.1","code":"${Buffer.from(guests.echo).toString('base64')}"},"parameters":[{"key":"big","value":9007199254740993}]}`,
    });
    const { text } = await whisk.call('POST', '/actions/echo?blocking=true&result=true', {
      body: '{"bigger": 12345678901234567890 , "__proto__":{"a":1.0}}\n',
    });
    expect(text).toBe(
      '{"big":9007199254740993,"bigger": 12345678901234567890 , "__proto__":{"a":1.0}}',
    );
  });

  it('lays arguments over the parameters of action, binding and package', async () => {
    const whisk = openWhisk();
    const entries = (...values: readonly [string, unknown][]): object[] =>
      values.map(([key, value]) => ({ key, value }));
    await whisk.put('/packages/base', {
      parameters: entries(['a', 'package'], ['b', 'package'], ['c', 'package'], ['d', 'package']),
    });
    await whisk.deploy('base/echo', 'echo', {
      parameters: entries(['c', 'action'], ['d', 'action']),
    });
    await whisk.put('/packages/bound', {
      binding: { namespace: '_', name: 'base' },
      parameters: entries(['b', 'binding'], ['c', 'binding']),
    });
    const record = await whisk.invoke('bound/echo', { d: 'argument' });
    expect(record.response.result).toEqual({
      a: 'package',
      b: 'binding',
      c: 'action',
      d: 'argument',
    });
    expect(annotationOf(record, 'path')).toBe('guest/base/echo');
    expect(annotationOf(record, 'binding')).toBe('guest/bound');
    const listed = await whisk.call('GET', '/activations?count=true&name=base/echo');
    expect(listed.json).toEqual({ activations: 1 });
  });

  it('gives the guest its context, and the key only to those that may have it', async () => {
    const whisk = openWhisk();
    await whisk.deploy('environment', 'environment', {
      parameters: [
        { key: 'FIRST', value: 'a', init: true },
        { key: 'SECOND', value: [1], init: true },
      ],
    });
    const { response, activationId } = await whisk.invoke('environment');
    const { env } = response.result as { readonly env: string };
    const entries = new Map(
      env.split('|').map((entry) => entry.split(/=(.*)/s) as [string, string]),
    );
    expect(Object.fromEntries(entries)).toMatchObject({
      FIRST: 'a',
      SECOND: '[1]',
      __OW_NAMESPACE: 'guest',
      __OW_ACTION_NAME: '/guest/environment',
      __OW_ACTION_VERSION: '0.0.1',
      __OW_ACTIVATION_ID: activationId,
      __OW_API_HOST: 'http://127.0.0.1:3233',
    });
    expect(Number(entries.get('__OW_DEADLINE'))).toBeGreaterThan(Date.now());
    expect(entries.get('__OW_TRANSACTION_ID')).toMatch(/\w+/);
    expect(entries.has('__OW_API_KEY')).toBe(false);
    await whisk.deploy('environment', 'environment', {
      annotations: [{ key: 'provide-api-key', value: true }],
      parameters: [],
    });
    const again = await whisk.invoke('environment');
    expect((again.response.result as { readonly env: string }).env).toContain(
      '__OW_API_KEY=23bc46b1-71f6-4ed5-8c54-816aa4f8c502:123z',
    );
  });

  it('answers the record of a list too, and the bare list only when asked to', async () => {
    const whisk = openWhisk();
    await whisk.deploy('list', 'list');
    const components = ['/_/list', '/_/list'];
    await whisk.put('/actions/lists', { exec: { kind: 'sequence', components } });
    await whisk.deploy('composed', 'list', { annotations: [{ key: 'conductor', value: true }] });
    for (const name of ['list', 'lists', 'composed'])
      for (const asked of ['blocking=true', 'blocking=true&result=false']) {
        const answer = await whisk.call('POST', `/actions/${name}?${asked}`, { body: {} });
        expect(answer.json).toMatchObject({ activationId: answer.activationId });
        expect(answer.json).toEqual(await whisk.record(answer.activationId));
      }
    const record = await whisk.invoke('list');
    expect(record.response.result).toEqual([1, 2, 3]);
    for (const name of ['list', 'lists']) {
      const bare = await whisk.call('POST', `/actions/${name}?blocking=true&result=true`, {
        body: {},
      });
      expect(bare).toMatchObject({ status: 200, text: '[1,2,3]' });
    }
  });

  it('is found under the name of the binding that it was invoked through', async () => {
    const whisk = openWhisk();
    await whisk.put('/packages/math', {});
    await whisk.deploy('math/add', 'add');
    await whisk.deploy('math/list', 'list', { annotations: [{ key: 'conductor', value: true }] });
    await whisk.put('/actions/math/seq', {
      exec: { kind: 'sequence', components: ['/_/math/add'] },
    });
    await whisk.put('/packages/bound', { binding: { namespace: '_', name: 'math' } });
    const listed = async (name: string): Promise<unknown> => {
      const { json } = await whisk.call('GET', `/activations?name=${name}`);
      return (json as { readonly activationId: string }[]).map(({ activationId }) => activationId);
    };
    for (const name of ['add', 'list', 'seq']) {
      const direct = await whisk.invoke(`math/${name}`, { param1: 1, param2: 2 });
      const through = await whisk.invoke(`bound/${name}`, { param1: 1, param2: 2 });
      // A composition has a record of each step of its conductor too.
      const records = name === 'list' ? 2 : 1;
      expect(await listed(`bound/${name}`)).toContain(through.activationId);
      expect(await listed(`bound/${name}`)).toHaveLength(records);
      expect(await listed(`math/${name}`)).toContain(direct.activationId);
      const counted = await whisk.call('GET', `/activations?name=bound/${name}&count=true`);
      expect(counted.json).toEqual({ activations: records });
      const accepted = await whisk.call('POST', `/actions/bound/${name}`, {
        body: { param1: 1, param2: 2 },
      });
      const { activationId } = accepted.json as { readonly activationId: string };
      await whisk.record(activationId);
      expect(await listed(`bound/${name}`)).toContain(activationId);
    }
    // A binding that is gone is still known by its records.
    await whisk.call('DELETE', '/packages/bound');
    expect(await listed('bound/seq')).toHaveLength(2);
    expect(await listed('nowhere/seq')).toEqual([]);
  });

  it('keeps of an application error nothing but the error', async () => {
    const whisk = openWhisk();
    await whisk.deploy('echo', 'echo');
    for (const error of [null, '', { code: 5 }]) {
      const answer = await whisk.call('POST', '/actions/echo?blocking=true', {
        body: { other: 1, error },
      });
      expect(answer.status).toBe(502);
      expect(answer.json).toMatchObject({
        response: { status: 'application error', success: false },
      });
      expect((await whisk.record(answer.activationId)).response.result).toEqual({ error });
    }
  });

  it('collects what the guest writes, in lines that wsk can strip', async () => {
    const whisk = openWhisk();
    await whisk.deploy('talkative', 'talkative');
    const { logs } = await whisk.invoke('talkative');
    const time = String.raw`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z`;
    expect(logs).toHaveLength(2);
    for (const line of ['stdout: out', 'stderr: error'])
      expect(logs.filter((each) => new RegExp(`${time} ${line}$`).test(each))).toHaveLength(1);
    await whisk.deploy('silenced', 'talkative', { limits: { logs: 0 } });
    expect((await whisk.invoke('silenced')).logs).toEqual([]);
  });

  it('is answered with the id when the wait is over, and goes on', async () => {
    const whisk = openWhisk();
    await whisk.deploy('net', 'net');
    const answer = await whisk.call('POST', '/actions/net?blocking=true&timeout=20', {
      body: { wait_ms: 400 },
    });
    expect(answer).toMatchObject({ status: 202, json: { activationId: answer.activationId } });
    const record = await whisk.record(answer.activationId);
    expect(record.response.success).toBe(true);
  });

  it('refuses what is no object, or too long, or contradicts the query', async () => {
    const whisk = openWhisk({ 'api.payloadBytesMax': '2048' });
    await whisk.deploy('echo', 'echo');
    const post = async (query: string, body?: unknown): Promise<number> =>
      (await whisk.call('POST', `/actions/echo?${query}`, { body })).status;
    for (const body of ['[]', '1', '"a"', 'null', '{', '{"a":1', '{"a":1}x', '{"a":\u0001}'])
      expect(await post('', body)).toBe(400);
    expect(await post('', Buffer.from([0x7b, 0xff, 0x7d]))).toBe(400);
    expect(await post('', `${'['.repeat(1000)}${']'.repeat(1000)}`)).toBe(400);
    expect(await post('', `{"a":"${'x'.repeat(2048)}"}`)).toBe(413);
    for (const query of ['blocking=maybe', 'result=2', 'blocking=true&timeout=0'])
      expect(await post(query, '{}')).toBe(400);
    expect(await post('blocking=true&timeout=60001', '{}')).toBe(400);
    expect(await post('blocking=true')).toBe(200);
    expect(await post('blocking=true', ' {"a": 1} ')).toBe(200);
    expect((await whisk.call('POST', '/actions/nothing', { body: {} })).status).toBe(404);
    expect(await whisk.count()).toBe(2);
  });

  it('holds final parameters, but not those without a value', async () => {
    const whisk = openWhisk();
    await whisk.deploy('echo', 'echo', {
      parameters: [
        { key: 'fixed', value: 1 },
        { key: 'open', value: null },
      ],
      annotations: [{ key: 'final', value: true }],
    });
    const overriding = await whisk.call('POST', '/actions/echo?blocking=true', {
      body: { fixed: 2 },
    });
    expect(overriding.status).toBe(400);
    const allowed = await whisk.invoke('echo', { open: 2, other: 3 });
    expect(allowed.response.result).toEqual({ fixed: 1, open: 2, other: 3 });
  });

  it('cuts a result that is too long, and calls it an error of the application', async () => {
    const whisk = openWhisk({ 'api.resultBytesMax': '1024' });
    await whisk.deploy('echo', 'echo');
    const answer = await whisk.call('POST', '/actions/echo?blocking=true', {
      body: { text: 'ä'.repeat(1000) },
    });
    expect(answer.status).toBe(502);
    const { response } = await whisk.record(answer.activationId);
    expect(response.status).toBe('application error');
    const { error } = response.result as { readonly error: string };
    expect(error).toContain('1024 bytes');
    expect(error).toContain('{"text":"ää');
    expect(error).not.toContain('\ufffd');
    expect(error.length).toBeLessThan(1024);
  });
});

describe('A non-blocking invocation', () => {
  it('is answered with the id, and leaves its record', async () => {
    const whisk = openWhisk();
    await whisk.deploy('add', 'add');
    const answer = await whisk.call('POST', '/actions/add', { body: { param1: 1, param2: 2 } });
    expect(answer).toMatchObject({ status: 202, json: { activationId: answer.activationId } });
    expect((await whisk.record(answer.activationId)).response.result).toEqual({ result: 3 });
  });
});

describe('An action that fails', () => {
  it('of which the code is nonsense does not initialize', async () => {
    const whisk = openWhisk();
    await whisk.deploy('nonsense', 'add');
    // The API refuses code that nothing could run; storage may still have some.
    const { storage } = whisk.standalone.services;
    const path = { namespace: 'guest', package: undefined, name: 'nonsense' };
    const action = storage.entities.find(path);
    if (action?.type !== 'action' || action.exec.type !== 'code') throw new Error('no action');
    const codeDigest = storage.codes.put(Buffer.from('nothing that runs here'));
    storage.entities.put({ ...action, exec: { ...action.exec, codeDigest } });
    const answer = await whisk.call('POST', '/actions/nonsense?blocking=true', { body: {} });
    expect(answer.status).toBe(502);
    const record = await whisk.record(answer.activationId);
    expect(record.response.status).toBe('action developer error');
    expect(record.response.result).toMatchObject({
      error: expect.stringContaining('Initialization has failed') as string,
    });
    expect(annotationOf(record, 'initTime')).toBeTypeOf('number');
    expect(whisk.standalone.services.executor.containers.size).toBe(0);
  });

  it('with a trap answers 502 with the record, and its container goes on', async () => {
    const whisk = openWhisk();
    await whisk.deploy('trap', 'trap');
    const answer = await whisk.call('POST', '/actions/trap?blocking=true', { body: {} });
    expect(answer.status).toBe(502);
    expect(answer.json).toMatchObject({
      response: { status: 'action developer error', success: false },
    });
    expect(annotationOf(await whisk.invoke('trap'), 'start')).toBe('warm');
  });

  it('by running too long is ended, and says so; others go on meanwhile', async () => {
    const whisk = openWhisk();
    await whisk.deploy('loop', 'loop', { limits: { timeout: 1000 } });
    await whisk.deploy('add', 'add');
    // So that the runtime is there: initialization has the same limit.
    await whisk.invoke('add', { param1: 1, param2: 2 });
    const looping = whisk.call('POST', '/actions/loop?blocking=true', { body: {} });
    for (let count = 0; count < 5; count += 1)
      expect((await whisk.invoke('add', { param1: 1, param2: count })).response.success).toBe(true);
    const answer = await looping;
    expect(answer.status).toBe(502);
    const record = await whisk.record(answer.activationId);
    expect(record.response.status).toBe('action developer error');
    expect(record.response.result).toEqual({
      error: 'The action exceeded its time limits of 1000 milliseconds.',
    });
    expect(annotationOf(record, 'timeout')).toBe(true);
  });

  it.each(['auto', 'v8', 'wasmer'])('gets no more memory than its limit on %s', async (runtime) => {
    const whisk = openWhisk({ 'runtime.name': runtime });
    await whisk.deploy('wide', 'grow', { limits: { memory: 256 } });
    await whisk.deploy('narrow', 'grow', { limits: { memory: 128 } });
    const pages = async (name: string): Promise<unknown> =>
      (await whisk.invoke(name)).response.result;
    expect(await pages('wide')).toEqual({ pages: 4096 });
    expect(await pages('narrow')).toEqual({ pages: 2048 });
    expect(await pages('wide')).toEqual({ pages: 4096 });
  });
});

describe('An action that is updated', () => {
  it('is initialized again, and the containers of its old code go', async () => {
    const whisk = openWhisk();
    await whisk.deploy('changing', 'echo');
    expect((await whisk.invoke('changing', { a: 1 })).response.result).toEqual({ a: 1 });
    await whisk.deploy('changing', 'list');
    const changed = await whisk.invoke('changing', { a: 1 });
    expect(changed.response.result).toEqual([1, 2, 3]);
    expect(changed.version).toBe('0.0.2');
    expect(annotationOf(changed, 'start')).toBe('cold');
    expect(whisk.standalone.services.executor.containers.size).toBe(1);
  });

  it('lets runs of its old code end', async () => {
    const whisk = openWhisk();
    await whisk.deploy('changing', 'net');
    const { activationId } = await whisk.call('POST', '/actions/changing', {
      body: { wait_ms: 200 },
    });
    await whisk.deploy('changing', 'echo');
    expect((await whisk.invoke('changing', { a: 1 })).response.result).toEqual({ a: 1 });
    const { response } = await whisk.record(activationId);
    expect(response.result).toHaveProperty('request_time');
    const { containers } = whisk.standalone.services.executor;
    await expect.poll(() => containers.size).toBe(1);
  });
});
