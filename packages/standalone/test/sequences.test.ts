import { describe, expect, it } from 'vitest';
import { annotationOf, openWhisk, type Whisk } from './invocation-fixture.js';

async function sequence(whisk: Whisk, name: string, ...components: string[]): Promise<void> {
  await whisk.put(`/actions/${name}`, {
    exec: { kind: 'sequence', components: components.map((each) => `/_/${each}`) },
  });
}

describe('A sequence', () => {
  it('hands each result on, over the parameters of the next component', async () => {
    const whisk = openWhisk();
    await whisk.deploy('first', 'echo', { parameters: [{ key: 'param1', value: 1 }] });
    await whisk.deploy('sum', 'add', { parameters: [{ key: 'param2', value: 40 }] });
    await sequence(whisk, 'both', 'first', 'sum');
    const record = await whisk.invoke('both', { param1: 2 });
    expect(record.response).toEqual({ status: 'success', success: true, result: { result: 42 } });
    expect(annotationOf(record, 'kind')).toBe('sequence');
    expect(annotationOf(record, 'topmost')).toBe(true);
    expect(annotationOf(record, 'path')).toBe('guest/both');
    expect(record.logs).toHaveLength(2);
    const components = await Promise.all(record.logs.map((id) => whisk.record(id)));
    expect(components.map(({ name }) => name)).toEqual(['first', 'sum']);
    for (const component of components) {
      expect(component.cause).toBe(record.activationId);
      expect(annotationOf(component, 'causedBy')).toBe('sequence');
      expect(annotationOf(component, 'topmost')).toBeUndefined();
    }
    expect(record.duration).toBe(components.reduce((sum, { duration = 0 }) => sum + duration, 0));
  });

  it('keeps numbers that JavaScript would round from one component to the next', async () => {
    const whisk = openWhisk();
    await whisk.deploy('echo', 'echo');
    await sequence(whisk, 'echoes', 'echo', 'echo', 'echo');
    const { text } = await whisk.call('POST', '/actions/echoes?blocking=true&result=true', {
      body: '{"big":9007199254740993}',
    });
    expect(text).toBe('{"big":9007199254740993}');
  });

  it('of 50 components runs them all', async () => {
    const whisk = openWhisk();
    await whisk.deploy('again', 'echo');
    await sequence(whisk, 'long', ...Array.from({ length: 50 }, () => 'again'));
    const record = await whisk.invoke('long', { a: 1 });
    expect(record.response.result).toEqual({ a: 1 });
    expect(new Set(record.logs).size).toBe(50);
    // One container serves them, one after the other.
    expect(whisk.standalone.services.executor.containers.size).toBe(1);
  });

  it('may lie in a package and hold other sequences', async () => {
    const whisk = openWhisk();
    await whisk.put('/packages/math', {});
    await whisk.deploy('math/echo', 'echo');
    await sequence(whisk, 'math/inner', 'math/echo', 'math/echo');
    await sequence(whisk, 'outer', 'math/inner', 'math/echo');
    await whisk.put('/packages/bound', { binding: { namespace: '_', name: 'math' } });
    await sequence(whisk, 'through', 'outer', 'bound/inner');
    const record = await whisk.invoke('through', { a: 1 });
    expect(record.response.result).toEqual({ a: 1 });
    const [outer, bound] = await Promise.all(record.logs.map((id) => whisk.record(id)));
    if (outer === undefined || bound === undefined) throw new Error('two components');
    expect(annotationOf(outer, 'topmost')).toBe(false);
    expect(annotationOf(outer, 'causedBy')).toBe('sequence');
    expect(outer.cause).toBe(record.activationId);
    expect(outer.logs).toHaveLength(2);
    expect(annotationOf(bound, 'binding')).toBe('guest/bound');
    expect(annotationOf(bound, 'path')).toBe('guest/math/inner');
    const inner = await whisk.record(outer.logs[0]);
    expect(inner.cause).toBe(outer.activationId);
    expect(annotationOf(inner, 'path')).toBe('guest/math/inner');
    // 4 of code, 3 sequences, and the whole.
    expect(await whisk.count()).toBe(9);
  });

  it('that may be written runs, however deep others lie in it', async () => {
    const whisk = openWhisk();
    await whisk.deploy('s0', 'echo');
    let depth = 0;
    for (let status = 200; status === 200; depth += 1) {
      const exec = { kind: 'sequence', components: [`/_/s${String(depth)}`] };
      const path = `/actions/s${String(depth + 1)}`;
      ({ status } = await whisk.call('PUT', path, { body: { exec } }));
    }
    expect(depth).toBeGreaterThan(50);
    const { response } = await whisk.invoke(`s${String(depth - 1)}`, { a: 1 });
    expect(response).toEqual({ status: 'success', success: true, result: { a: 1 } });
  });

  it('stops at the first error, and answers as that component did', async () => {
    const whisk = openWhisk();
    await whisk.deploy('sum', 'add');
    await whisk.deploy('trap', 'trap');
    await whisk.deploy('echo', 'echo');
    await sequence(whisk, 'failing', 'echo', 'sum', 'echo');
    await sequence(whisk, 'trapped', 'trap', 'echo');
    const failing = await whisk.invoke('failing', { param1: 1 });
    expect(failing.response).toMatchObject({
      status: 'application error',
      result: { error: 'Expected param2 to be present' },
    });
    expect(failing.logs).toHaveLength(2);
    const trapped = await whisk.call('POST', '/actions/trapped?blocking=true', { body: {} });
    expect(trapped.status).toBe(502);
    expect(trapped.json).toMatchObject({ response: { status: 'action developer error' } });
  });

  it('runs although its first arguments hold an error', async () => {
    const whisk = openWhisk();
    await whisk.deploy('list', 'list');
    await sequence(whisk, 'fine', 'list', 'list');
    expect((await whisk.invoke('fine', { error: 'old' })).response.result).toEqual([1, 2, 3]);
  });

  it('whose component has vanished ends with an error of the application', async () => {
    const whisk = openWhisk();
    await whisk.deploy('echo', 'echo');
    await whisk.deploy('gone', 'echo');
    await sequence(whisk, 'broken', 'echo', 'gone');
    await whisk.call('DELETE', '/actions/gone');
    const record = await whisk.invoke('broken');
    expect(record.response).toMatchObject({
      status: 'application error',
      result: { error: expect.stringContaining('/guest/gone') as string },
    });
    expect(record.logs).toHaveLength(1);
  });

  it('counts as one invocation however long it is', async () => {
    const whisk = openWhisk({ 'throttle.invocationsPerMinute': '2' });
    await whisk.deploy('echo', 'echo');
    await sequence(whisk, 'three', 'echo', 'echo', 'echo');
    const invoke = async (): Promise<number> =>
      (await whisk.call('POST', '/actions/three?blocking=true', { body: {} })).status;
    expect([await invoke(), await invoke(), await invoke()]).toEqual([200, 200, 429]);
  });

  it('that came to hold itself ends and does not go on for ever', async () => {
    const whisk = openWhisk();
    await whisk.deploy('echo', 'echo');
    await sequence(whisk, 'circle', 'echo');
    // No request can make it; only a change between two of its components.
    const { entities } = whisk.standalone.services.storage;
    const path = { namespace: 'guest', package: undefined, name: 'circle' };
    const circle = entities.find(path);
    if (circle?.type !== 'action') throw new Error('no action');
    entities.put({ ...circle, exec: { type: 'sequence', components: [path] } });
    const { response } = await whisk.invoke('circle');
    expect(response.status).toBe('application error');
    expect(await whisk.count()).toBeLessThan(110);
  });

  it('takes the memory of its largest component for its own', async () => {
    const whisk = openWhisk();
    await whisk.deploy('small', 'echo', { limits: { memory: 128 } });
    await whisk.deploy('large', 'echo', { limits: { memory: 512 } });
    await sequence(whisk, 'both', 'large', 'small');
    expect(annotationOf(await whisk.invoke('both'), 'limits')).toMatchObject({ memory: 512 });
  });
});
