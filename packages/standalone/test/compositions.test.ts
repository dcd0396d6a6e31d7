import { describe, expect, it } from 'vitest';
import { annotationOf, openWhisk, type Whisk } from './invocation-fixture.js';

/** A conductor that answers what it is given: its first arguments are its first step. */
async function deployConductor(whisk: Whisk): Promise<void> {
  await whisk.deploy('conductor', 'echo', { annotations: [{ key: 'conductor', value: 1 }] });
  await whisk.deploy('add', 'add');
  await whisk.deploy('echo', 'echo');
}

describe('A composition', () => {
  it('runs what its conductor names, and ends when it names nothing', async () => {
    const whisk = openWhisk();
    await deployConductor(whisk);
    const record = await whisk.invoke('conductor', {
      action: 'add',
      params: { param1: 5, param2: 4 },
      state: { step: 1 },
    });
    expect(record.response).toEqual({
      status: 'success',
      success: true,
      result: { result: 9, step: 1 },
    });
    expect(annotationOf(record, 'conductor')).toBe(true);
    expect(annotationOf(record, 'kind')).toBe('sequence');
    expect(annotationOf(record, 'topmost')).toBe(true);
    const parts = await Promise.all(record.logs.map((id) => whisk.record(id)));
    expect(parts.map(({ name }) => name)).toEqual(['conductor', 'add', 'conductor']);
    for (const part of parts) {
      expect(part.cause).toBe(record.activationId);
      expect(annotationOf(part, 'causedBy')).toBe('sequence');
    }
  });

  it('goes on step by step with its state', async () => {
    const whisk = openWhisk();
    await deployConductor(whisk);
    await whisk.put('/packages/math', {});
    await whisk.deploy('math/add', 'add');
    // The state of each step is the next answer of the conductor.
    const { response } = await whisk.invoke('conductor', {
      action: '/_/add',
      params: { param1: 1, param2: 2 },
      state: {
        action: 'math/add',
        params: { param1: 3, param2: 4 },
        state: { action: '/guest/echo', state: { params: { end: true } } },
      },
    });
    expect(response.result).toEqual({ end: true });
  });

  it('hands numbers that JavaScript would round on', async () => {
    const whisk = openWhisk();
    await deployConductor(whisk);
    const { text } = await whisk.call('POST', '/actions/conductor?blocking=true&result=true', {
      body: '{"action":"echo","params":{"big":9007199254740993},"state":{"kept":12345678901234567890}}',
    });
    expect(text).toBe('{"big":9007199254740993,"kept":12345678901234567890}');
  });

  it('tells the conductor what could not be invoked', async () => {
    const whisk = openWhisk();
    await deployConductor(whisk);
    for (const action of ['missing', '/whisk.system/secret', 'a/b/c/d', '-']) {
      const record = await whisk.invoke('conductor', { action, state: { params: { saved: 1 } } });
      expect(record.logs).toHaveLength(2);
      // The conductor is given the error, and answers it here.
      expect(record.response.status).toBe('application error');
    }
  });

  it('ends with an error when the conductor answers no step', async () => {
    const whisk = openWhisk();
    await deployConductor(whisk);
    for (const step of [
      { action: 5 },
      { action: 'add', params: [] },
      { action: 'add', state: 1 },
    ]) {
      const { response } = await whisk.invoke('conductor', step);
      expect(response.status).toBe('application error');
      expect(response.result).toMatchObject({
        error: expect.stringContaining('conductor') as string,
      });
    }
  });

  it('ends when it takes too many components', async () => {
    const whisk = openWhisk({ 'api.sequenceLengthMax': '3' });
    await deployConductor(whisk);
    let step: object = { action: 'echo' };
    for (let depth = 0; depth < 6; depth += 1) step = { action: 'echo', state: step };
    const record = await whisk.invoke('conductor', step);
    expect(record.response).toMatchObject({
      status: 'application error',
      result: { error: expect.stringContaining('api.sequenceLengthMax') as string },
    });
    expect(record.logs).toHaveLength(7);
  });

  it('that invokes itself for ever ends, with all that it began', async () => {
    const whisk = openWhisk({ 'api.sequenceLengthMax': '5' });
    await deployConductor(whisk);
    await whisk.deploy('endless', 'echo', {
      annotations: [{ key: 'conductor', value: true }],
      parameters: [{ key: 'action', value: 'endless' }],
    });
    const { response } = await whisk.invoke('endless');
    expect(response.status).toBe('application error');
    expect(await whisk.count()).toBeLessThan(30);
  });
});
