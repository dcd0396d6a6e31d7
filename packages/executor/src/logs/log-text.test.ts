import { describe, expect, it } from 'vitest';
import { toLogText } from './log-text.js';

const line = (log: string) => ({
  time: '2026-01-01T00:00:00.000Z',
  stream: 'stdout' as const,
  log,
});

describe('the text of a log', () => {
  it('is one JSON object a line, as they were when it was asked for', async () => {
    const lines = Array.from({ length: 1000 }, (_, index) => line(`é ${String(index)}`));
    const expected = lines.map((each) => `${JSON.stringify(each)}\n`).join('');
    const text = toLogText(lines);
    lines.push(line('later'));
    const { pieces, bytes } = await text;
    expect(Buffer.concat(pieces).toString()).toBe(expected);
    expect(bytes).toBe(Buffer.byteLength(expected));
    expect((await toLogText([])).bytes).toBe(0);
  });

  it('lets the event loop go on while it is long', async () => {
    let turns = 0;
    const counter = setInterval(() => (turns += 1), 0);
    await toLogText(Array.from({ length: 60 }, () => line('\u0001'.repeat(64 * 1024))));
    clearInterval(counter);
    expect(turns).toBeGreaterThan(0);
  });
});
