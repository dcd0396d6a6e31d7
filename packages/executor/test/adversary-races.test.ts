import { describe, expect, it } from 'vitest';
import { commandOf, startTarget } from './adversary.js';

describe('Requests that race', () => {
  it('tell the caller of an init that its container was destroyed meanwhile', async () => {
    const target = await startTarget();
    // The first init of a process starts a thread: the other one is refused long before it is done.
    const inits = [1, 2].map(() => target.init('race', commandOf('nop')));
    expect((await Promise.race(inits)).code).toBe('WW_ERR_CONTAINER_INITIALIZING');
    expect((await target.post('/race/destroy', '')).status).toBe(200);
    const codes = (await Promise.all(inits)).map(({ code }) => code);
    expect(codes.toSorted()).toEqual([
      'WW_ERR_CONTAINER_DESTROYED',
      'WW_ERR_CONTAINER_INITIALIZING',
    ]);
    expect((await target.init('race', commandOf('nop'))).status).toBe(200);
    expect((await target.run('race')).status).toBe(200);
  });

  it('to initialize one container are won by exactly one', async () => {
    const target = await startTarget();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => target.init('one', commandOf('nop'))),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(9);
  });
});

describe('Requests with more than anybody sends', () => {
  it('are refused before they cost more than their bytes', async () => {
    const target = await startTarget();
    await target.init('many', commandOf('nop'));
    const body = `{"value":{},${'"":0,'.repeat(5_000_000)}"z":1}`;
    const answer = await target.post('/many/run', body);
    expect(answer).toMatchObject({ status: 400, code: 'WW_ERR_REQUEST_UNREADABLE' });
    expect(answer.text).toContain('more than 100000 members');
    expect((await target.run('many')).status).toBe(200);
  });
});
