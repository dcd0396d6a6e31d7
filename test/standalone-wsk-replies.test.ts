import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readOutput } from './recorded/wsk-output.js';
import { guest as guestModule } from './support/guests.js';
import { startTestStandalone, type TestStandalone } from './support/standalone.js';

/* What `wsk` makes of our replies to what was not recorded. */

describe('wsk with our replies', () => {
  let standalone: TestStandalone;
  beforeAll(async () => {
    standalone = await startTestStandalone();
    for (const name of ['apperr', 'trap', 'array', 'sleep'])
      expect((await standalone.guest.putAction(name, guestModule(name))).status).toBe(200);
  });
  afterAll(async () => {
    await standalone.shutDown();
  });

  const run = async (name: string, flags: string, query = '', args = {}) => {
    const result = String(flags.includes('-r'));
    const path = `actions/${name}?blocking=true&result=${result}${query}`;
    const { status, text } = await standalone.guest.call('POST', path, args);
    return readOutput(`wsk action invoke ${name} ${flags}`, [
      { method: 'POST', path, status, text },
    ]);
  };

  it('shows the error that an action answered', async () => {
    expect(await run('apperr', '-r')).toMatchObject({ exit: 246, documents: [{ error: 'sorry' }] });
    expect(await run('apperr', '-b')).toMatchObject({
      exit: 246,
      lines: [expect.stringMatching(/^ok: invoked \/_\/apperr with id [0-9a-f]{32}$/)],
      documents: [{ response: { status: 'application error', success: false } }],
    });
  });

  it('shows that an action broke', async () => {
    expect(await run('trap', '-r')).toMatchObject({
      exit: 246,
      documents: [{ error: expect.any(String) }],
    });
    expect(await run('trap', '-b')).toMatchObject({
      exit: 246,
      documents: [{ response: { status: 'action developer error', success: false } }],
    });
  });

  it('shows a result that is a list', async () => {
    expect(await run('array', '-r')).toMatchObject({ exit: 0, documents: [['a', 'b']] });
  });

  it('says that an invocation goes on', async () => {
    const output = await run('sleep', '-b', '&timeout=1', { ms: 200 });
    expect(output).toMatchObject({ exit: 202, stream: 'stderr' });
    expect(output.lines[0]).toMatch(/[0-9a-f]{32}$/);
  });

  it('shows what is refused', async () => {
    expect(await run('nosuch', '-r')).toMatchObject({ exit: 148 });
    expect(await run('apperr', '-r', '&timeout=60001')).toMatchObject({ exit: 144 });
  });
});
