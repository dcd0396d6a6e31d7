import { describe, expect, it } from 'vitest';
import { readOutput } from './recorded/wsk-output.js';
import type { Exchange } from './recorded/wsk-command.js';

/* What `wsk` makes of replies: that what we say of it is what was observed. */

const id = 'ab'.repeat(16);
const record = (success: boolean) =>
  JSON.stringify({
    activationId: id,
    response: { success, status: success ? 'success' : 'application error', result: {} },
  });

/** The reply to one request of `wsk action invoke`. */
function invoked(flags: string, status: number, text: string) {
  const result = flags.includes('-r');
  const blocking = result || flags.includes('-b');
  const path = `/actions/a?blocking=${String(blocking)}&result=${String(result)}`;
  return readOutput(`wsk action invoke a ${flags}`, [{ method: 'POST', path, status, text }]);
}

describe('wsk', () => {
  it.each([
    [400, 144],
    [401, 145],
    [403, 147],
    [404, 148],
    [409, 153],
    [413, 157],
    [429, 173],
    [500, 244],
    [503, 247],
  ])('shows the error of status %i with its code, and exits with %i', (status, exit) => {
    const text = JSON.stringify({ error: 'why', code: 'c'.repeat(32) });
    expect(invoked('', status, text)).toMatchObject({
      exit,
      stream: 'stderr',
      lines: [
        `error: Unable to invoke action 'a': why (code ${'c'.repeat(32)})`,
        "Run 'wsk --help' for usage.",
      ],
    });
  });

  it.each([
    ['a record with 500', '-b', 500, record(false), 244],
    ['an error without a code', '', 404, '{"error":"why"}', 148],
    ['an error that is no text', '', 404, '{"error":{"a":1},"code":"x"}', 148],
    ['a page', '', 502, '<h1>Bad gateway</h1>', 246],
    ['nothing', '', 503, '', 247],
    ['a failed record with 200', '-b', 200, record(false), 200],
  ])('cannot read %s as an error', (_what, flags, status, text, exit) => {
    const output = invoked(flags, status, text);
    expect(output.exit).toBe(exit);
    expect(output.lines[0]).toContain(
      `The connection failed, or timed out. (HTTP status code ${String(status)})`,
    );
  });

  it('shows a failed activation: the record with -b, the bare result with -r', () => {
    expect(invoked('-b', 502, record(false))).toMatchObject({
      exit: 246,
      stream: 'stderr',
      lines: [`ok: invoked /_/a with id ${id}`],
      documents: [{ activationId: id }],
    });
    expect(invoked('-r', 502, '{"error":"sorry"}')).toMatchObject({
      exit: 246,
      stream: 'stderr',
      lines: [],
      documents: [{ error: 'sorry' }],
    });
  });

  it('takes a result with `error` and `code` for an error of the server', () => {
    const output = invoked('-r', 502, '{"error":"sorry","code":"mine"}');
    expect(output.lines[0]).toContain('sorry (code mine)');
  });

  it('exits with 202 when a blocking invocation is not over', () => {
    const text = JSON.stringify({ activationId: id });
    expect(invoked('-r', 202, text)).toMatchObject({ exit: 202, stream: 'stderr' });
    expect(invoked('', 202, text)).toMatchObject({ exit: 0, stream: 'stdout' });
  });

  it('shows a result with `error` as one when the status is 200', () => {
    expect(invoked('-r', 200, '{"error":"x"}')).toMatchObject({ exit: 0, stream: 'stdout' });
  });

  it('crashes where a type it insists on is missing', () => {
    const list: Exchange = { method: 'GET', path: '/actions', status: 200, text: '' };
    const item = { namespace: 'guest', name: 'a', publish: false };
    for (const annotations of [[], [{ key: 'exec', value: { kind: 'wasm:0.1' } }]])
      expect(() =>
        readOutput('wsk action list', [
          { ...list, text: JSON.stringify([{ ...item, annotations }]) },
        ]),
      ).toThrow(/exec/);
    const get = { ...list, text: JSON.stringify({ ...item, exec: { kind: 'wasm:0.1' } }) };
    expect(() => readOutput('wsk action get a --save-as a.zip', [get])).toThrow(/exec.binary/);
  });
});
