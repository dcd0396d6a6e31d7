import { describe, expect, it } from 'vitest';
import { openWhisk, type Whisk } from './invocation-fixture.js';

async function rule(whisk: Whisk, name: string, action: string): Promise<void> {
  await whisk.put(`/rules/${name}`, { trigger: '/_/tick', action: `/_/${action}` });
}

describe('A trigger that is fired', () => {
  it('invokes the actions of its active rules, and tells in its record how that went', async () => {
    const whisk = openWhisk();
    await whisk.deploy('echo', 'echo', { parameters: [{ key: 'own', value: 'action' }] });
    await whisk.deploy('gone', 'echo');
    await whisk.put('/triggers/tick', {
      parameters: [
        { key: 'from', value: 'trigger' },
        { key: 'other', value: 9007199254740991 },
        { key: 'own', value: 'trigger' },
      ],
    });
    await rule(whisk, 'works', 'echo');
    await rule(whisk, 'sleeps', 'echo');
    await rule(whisk, 'lost', 'gone');
    await whisk.call('POST', '/rules/sleeps', { body: { status: 'inactive' } });
    await whisk.call('DELETE', '/actions/gone');
    const fired = await whisk.call('POST', '/triggers/tick', {
      body: { from: 'payload' },
      headers: { 'x-mine': 'yes', cookie: 'secret=1', 'content-type': 'application/json' },
    });
    expect(fired).toMatchObject({ status: 202, json: { activationId: fired.activationId } });
    const record = await whisk.record(fired.activationId);
    expect(record).toMatchObject({
      name: 'tick',
      version: '0.0.1',
      response: { status: 'success', success: true, result: { from: 'payload' } },
      annotations: [],
    });
    expect(record).not.toHaveProperty('end');
    expect(record).not.toHaveProperty('duration');
    const lines = record.logs.map((line) => JSON.parse(line) as Record<string, unknown>);
    const byRule = new Map(lines.map((line) => [line['rule'], line]));
    expect(byRule.size).toBe(3);
    expect(byRule.get('guest/works')).toMatchObject({
      statusCode: 0,
      success: true,
      action: 'guest/echo',
    });
    for (const name of ['guest/sleeps', 'guest/lost']) {
      expect(byRule.get(name)).toMatchObject({ statusCode: 1, success: false });
      expect(byRule.get(name)).not.toHaveProperty('activationId');
    }
    const invoked = await whisk.record(String(byRule.get('guest/works')?.['activationId']));
    expect(invoked.response.result).toMatchObject({
      own: 'trigger',
      from: 'payload',
      other: 9007199254740991,
      __ow_headers: { 'x-mine': 'yes' },
    });
    const { __ow_headers: headers } = invoked.response.result as { readonly __ow_headers: object };
    for (const name of ['authorization', 'cookie']) expect(headers).not.toHaveProperty(name);
    expect(await whisk.count()).toBe(2);
  });

  it('without an active rule does nothing, and is not recorded', async () => {
    const whisk = openWhisk();
    await whisk.deploy('echo', 'echo');
    await whisk.put('/triggers/tick', {});
    const fire = () => whisk.call('POST', '/triggers/tick', { body: {} });
    expect(await fire()).toMatchObject({ status: 204, text: '', activationId: undefined });
    await rule(whisk, 'sleeps', 'echo');
    await whisk.call('POST', '/rules/sleeps', { body: { status: 'inactive' } });
    expect(await fire()).toMatchObject({ status: 204, text: '' });
    expect(await whisk.count()).toBe(0);
  });

  it('runs sequences too', async () => {
    const whisk = openWhisk();
    await whisk.deploy('echo', 'echo');
    await whisk.put('/actions/both', {
      exec: { kind: 'sequence', components: ['/_/echo', '/_/echo'] },
    });
    await whisk.put('/triggers/tick', {});
    await rule(whisk, 'works', 'both');
    const { activationId } = await whisk.call('POST', '/triggers/tick');
    const [line = '{}'] = (await whisk.record(activationId)).logs;
    const { activationId: id } = JSON.parse(line) as { readonly activationId?: string };
    expect((await whisk.record(id)).logs).toHaveLength(2);
  });

  it('is bounded in number, and so are the actions that it invokes', async () => {
    const whisk = openWhisk({
      'throttle.firesPerMinute': '2',
      'throttle.invocationsPerMinute': '1',
    });
    await whisk.deploy('echo', 'echo');
    await whisk.put('/triggers/tick', {});
    await rule(whisk, 'works', 'echo');
    const fire = () => whisk.call('POST', '/triggers/tick', { body: {} });
    await fire();
    const second = await fire();
    const [line = '{}'] = (await whisk.record(second.activationId)).logs;
    expect(JSON.parse(line)).toMatchObject({ statusCode: 1, success: false });
    expect(await fire()).toMatchObject({ status: 429 });
  });

  it('is its owner’s alone', async () => {
    const whisk = openWhisk();
    await whisk.put('/triggers/tick', {});
    const path = '/api/v1/namespaces/guest/triggers/tick';
    expect((await whisk.call('POST', path, { body: {}, user: 'stranger' })).status).toBe(403);
    expect((await whisk.call('POST', '/triggers/nothing', { body: {} })).status).toBe(404);
    expect((await whisk.call('POST', '/triggers/tick', { body: '[]' })).status).toBe(400);
  });
});
