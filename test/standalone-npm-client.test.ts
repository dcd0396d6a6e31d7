import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import openwhisk, { type Client } from 'openwhisk';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { zip } from './support/archives.js';
import { guest } from './support/guests.js';
import { startTestStandalone, type TestStandalone } from './support/standalone.js';
import { callApi, guestKey } from './support/standalone-client.js';

/* The npm client `openwhisk`, as programs and actions use it. */

const addModule = readFileSync(join(import.meta.dirname, '../examples/actions/add/build/add.wasm'));
const kind = 'wasm:0.1';

describe('the npm client', () => {
  let standalone: TestStandalone;
  let client: Client;
  beforeAll(async () => {
    standalone = await startTestStandalone();
    client = openwhisk({ apihost: standalone.url, api_key: guestKey });
    await client.actions.create({ name: 'add', action: addModule, kind });
    await client.actions.create({ name: 'echo', action: guest('echo-log'), kind });
    await client.actions.create({ name: 'sleep', action: guest('sleep'), kind });
  });
  afterAll(async () => {
    await standalone.shutDown();
  });

  /** Waits for the record of an activation. */
  const recorded = async (activationId: string) => {
    const get = async () => client.activations.get(activationId).catch(() => undefined);
    await expect.poll(get, { timeout: 15_000 }).toBeDefined();
    return client.activations.get(activationId);
  };

  it('creates, changes, shows, lists and deletes actions', async () => {
    const code = zip({ 'action.wasm': addModule });
    const created = await client.actions.create({ name: 'life', action: code, kind });
    expect(created).toMatchObject({ namespace: 'guest', name: 'life', version: '0.0.1' });
    await expect(client.actions.create({ name: 'life', action: code, kind })).rejects.toMatchObject(
      { statusCode: 409, message: expect.stringContaining('HTTP 409') },
    );

    const updated = await client.actions.update({
      name: 'life',
      action: guest('echo'),
      kind: 'wasm:default',
      params: { from: 'update' },
      limits: { memory: 128 },
    });
    expect(updated).toMatchObject({
      version: '0.0.2',
      exec: { kind, binary: true },
      parameters: [{ key: 'from', value: 'update' }],
      limits: { memory: 128, timeout: 60_000 },
    });
    const shown = await client.actions.get('life');
    expect(shown.exec).toMatchObject({ code: guest('echo').toString('base64'), binary: true });

    const names = (await client.actions.list({ limit: 2 })).map(({ name }) => name);
    expect(names).toHaveLength(2);
    expect(names).toContain('life');
    expect(await client.actions.list({ count: true })).toEqual({ actions: 4 });
    expect(await client.actions.delete('life')).toMatchObject({ name: 'life' });
    await expect(client.actions.get('life')).rejects.toMatchObject({ statusCode: 404 });
  });

  it('invokes an action without waiting, for its record, and for its result', async () => {
    const params = { param1: 5, param2: 4 };
    const { activationId } = await client.actions.invoke({ name: 'add', params });
    expect(activationId).toMatch(/^[0-9a-f]{32}$/);
    expect((await recorded(activationId)).response).toMatchObject({
      status: 'success',
      result: { result: 9 },
    });
    const record = await client.actions.invoke({ name: 'add', blocking: true, params });
    expect(record).toMatchObject({
      name: 'add',
      response: { success: true, result: { result: 9 } },
    });
    expect(
      await client.actions.invoke({ name: 'add', blocking: true, result: true, params }),
    ).toEqual({ result: 9 });
  });

  it('rejects with what went wrong', async () => {
    const failing = client.actions.invoke({ name: 'add', blocking: true, params: { param1: 5 } });
    await expect(failing).rejects.toMatchObject({
      statusCode: 502,
      message: expect.stringContaining('Expected param2 to be present'),
      error: { response: { status: 'application error' } },
    });
    await expect(client.actions.invoke('nosuch')).rejects.toMatchObject({ statusCode: 404 });
    await expect(
      client.actions.create({ name: 'js', action: 'function main() {}' }),
    ).rejects.toMatchObject({ statusCode: 400, message: expect.stringContaining('wasm:0.1') });
    const stranger = openwhisk({ apihost: standalone.url, api_key: 'no:body' });
    await expect(stranger.actions.list()).rejects.toMatchObject({ statusCode: 401 });
  });

  it('gets the id of an invocation that takes longer than it is waited for', async () => {
    await using patient = await startTestStandalone({ 'api.blockingWaitMs': 50 });
    const ours = openwhisk({ apihost: patient.url, api_key: guestKey });
    await ours.actions.create({ name: 'sleep', action: guest('sleep'), kind });
    const call = { name: 'sleep', blocking: true, params: { ms: 300 } };
    const answer = (await ours.actions.invoke(call)) as { activationId: string };
    expect(answer).toEqual({ activationId: expect.stringMatching(/^[0-9a-f]{32}$/) });
    await expect(ours.actions.invoke({ ...call, result: true })).rejects.toEqual({
      activationId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    const get = async () => ours.activations.get(answer.activationId).catch(() => undefined);
    await expect
      .poll(get, { timeout: 15_000 })
      .toMatchObject({ response: { success: true, result: { ms: 300 } } });
  });

  it('runs actions one after another as a sequence, from a package too', async () => {
    await client.packages.create({
      name: 'tools',
      package: { parameters: [{ key: 'param2', value: 100 }] },
    });
    await client.actions.create({ name: 'tools/add', action: addModule, kind });
    const sequence = { name: 'chain', sequence: ['/_/echo', '/_/tools/add', '/_/echo'] };
    // The declarations of the client know nothing of sequences.
    await client.actions.create(sequence as unknown as Parameters<Client['actions']['create']>[0]);
    const record = await client.actions.invoke({
      name: 'chain',
      blocking: true,
      params: { param1: 1 },
    });
    expect(record).toMatchObject({
      response: { success: true, result: { result: 101 } },
    });
    expect(record.logs).toHaveLength(3);
    for (const id of record.logs)
      expect(await recorded(id)).toMatchObject({ cause: record.activationId });

    expect(await client.packages.get('tools')).toMatchObject({ actions: [{ name: 'add' }] });
    expect((await client.packages.list()).map(({ name }) => name)).toEqual(['tools']);
    await expect(client.packages.delete('tools')).rejects.toMatchObject({ statusCode: 409 });
    await client.actions.delete('chain');
    await client.actions.delete('tools/add');
    await client.packages.delete('tools');
  });

  it('fires triggers, which run the actions of their rules', async () => {
    await client.triggers.create({
      name: 'tick',
      trigger: { parameters: [{ key: 'from', value: 'trigger' }] },
    });
    await client.rules.create({ name: 'onTick', trigger: 'tick', action: 'echo' });
    const fire = async (): Promise<{ activationId: string }> =>
      client.triggers.invoke({ name: 'tick', params: { a: 1 } });

    const { activationId } = await fire();
    const { logs } = await recorded(activationId);
    expect(logs).toHaveLength(1);
    const outcome = JSON.parse(logs[0] ?? '') as { activationId: string };
    expect(outcome).toMatchObject({ success: true, rule: 'guest/onTick', action: 'guest/echo' });
    expect(await recorded(outcome.activationId)).toMatchObject({
      name: 'echo',
      response: { result: { a: 1, from: 'trigger' } },
    });

    await client.rules.disable({ name: 'onTick' });
    expect(await client.rules.get('onTick')).toMatchObject({ status: 'inactive' });
    // Nothing happens, and the empty answer arrives as an empty buffer.
    expect(await fire()).toHaveLength(0);
    await client.rules.enable({ name: 'onTick' });
    expect(await client.triggers.get('tick')).toMatchObject({
      rules: { 'guest/onTick': { action: { path: 'guest', name: 'echo' }, status: 'active' } },
    });
    await client.rules.delete('onTick');
    await client.triggers.delete('tick');
  });

  it('lists activations, and shows one with its logs and result', async () => {
    const record = await client.actions.invoke({ name: 'echo', blocking: true, params: { a: 1 } });
    const name = record.activationId;
    const [latest] = await client.activations.list({ name: 'echo', limit: 1 });
    expect(latest).toMatchObject({ activationId: name, statusCode: 0 });
    expect(
      await client.activations.list({ since: record.start, upto: record.start }),
    ).toContainEqual(expect.objectContaining({ activationId: name }));
    expect(await client.activations.list({ name: 'echo', limit: 1, docs: true })).toMatchObject([
      { activationId: name, response: { result: { a: 1 } } },
    ]);
    const { logs } = await client.activations.logs({ name });
    expect(logs.toSorted()).toEqual([
      expect.stringMatching(/Z +stderr: hello stderr$/),
      expect.stringMatching(/Z +stdout: hello stdout$/),
    ]);
    expect(await client.activations.result({ name })).toMatchObject({
      status: 'success',
      success: true,
      result: { a: 1 },
    });
  });

  it('names the namespace and what is in it', async () => {
    expect(await client.namespaces.list()).toEqual(['guest']);
    const { actions, packages } = await client.namespaces.get('guest');
    expect(actions?.map(({ name }) => name).toSorted()).toEqual(['add', 'echo', 'sleep']);
    expect(packages).toEqual([]);
  });

  it('makes an action reachable under a path, and takes it away again', async () => {
    const exec = { kind, code: guest('echo').toString('base64') };
    const annotations = [{ key: 'web-export', value: true }];
    await client.actions.create({ name: 'page', action: { exec, annotations } });
    const route = {
      basepath: '/shop',
      relpath: '/order',
      operation: 'GET',
      action: 'page',
    } as const;
    const api = await client.routes.create(route);
    expect(api).toMatchObject({ gwApiActivated: true, apidoc: { basePath: '/shop' } });
    expect(api.gwApiUrl).toBe(`${standalone.url}/apis/guest/shop`);
    const { apis } = await client.routes.list({ basepath: '/shop' });
    expect(apis).toHaveLength(1);

    const order = async () =>
      callApi(standalone.url, {
        method: 'GET',
        path: '/apis/guest/shop/order?colour=blue',
      });
    const ordered = await order();
    expect(ordered.status).toBe(200);
    expect(ordered.object()).toMatchObject({ colour: 'blue', __ow_method: 'get' });
    await client.routes.delete({ basepath: '/shop' });
    expect((await order()).status).toBe(404);
    expect(await client.routes.list({ basepath: '/shop' })).toEqual({ apis: [] });
  });

  it('finds host and key in the environment that actions get', async () => {
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    vi.stubEnv('__OW_API_HOST', standalone.url);
    vi.stubEnv('__OW_API_KEY', guestKey);
    expect(await openwhisk().namespaces.list()).toEqual(['guest']);
    const exec = { kind, code: guest('ctx').toString('base64') };
    const annotations = [{ key: 'provide-api-key', value: true }];
    await client.actions.create({ name: 'context', action: { exec, annotations } });
    const context = await client.actions.invoke({ name: 'context', blocking: true, result: true });
    expect(context).toMatchObject({
      api_host: standalone.url,
      api_key: guestKey,
      namespace: 'guest',
      action_name: '/guest/context',
      action_version: '0.0.1',
    });
  });
});
