import { describe, expect, it } from 'vitest';
import { MetricsText } from './metrics-text.js';

/** A registry whose texts are numbered, and are there when they are let go. */
function open() {
  const waiting: { resolve: (text: string) => void; reject: (error: Error) => void }[] = [];
  let nowMs = 0;
  const registry = {
    metrics: () =>
      new Promise<string>((resolve, reject) => {
        waiting.push({ resolve, reject });
      }),
  };
  return {
    text: new MetricsText(registry, () => nowMs),
    computed: () => waiting.length,
    finish: (index: number) => waiting[index]?.resolve(`text ${String(index)}`),
    fail: (index: number) => waiting[index]?.reject(new Error('no metrics')),
    pass: (ms: number) => (nowMs += ms),
  };
}

describe('the text of the metrics', () => {
  it('is computed once for all who ask at once', async () => {
    const { text, computed, finish } = open();
    const asked = Array.from({ length: 100 }, () => text.read());
    expect(computed()).toBe(1);
    finish(0);
    expect(new Set((await Promise.all(asked)).map(String))).toEqual(new Set(['text 0']));
  });

  it('is computed at most once a second', async () => {
    const { text, computed, finish, pass } = open();
    const first = text.read();
    finish(0);
    await first;
    pass(999);
    expect(String(await text.read())).toBe('text 0');
    expect(computed()).toBe(1);
    pass(1);
    const second = text.read();
    finish(1);
    expect(String(await second)).toBe('text 1');
  });

  it('is not begun again while it takes longer than a second', async () => {
    const { text, computed, finish, pass } = open();
    const first = text.read();
    pass(5000);
    const second = text.read();
    expect(computed()).toBe(1);
    finish(0);
    expect(await first).toBe(await second);
  });

  it('is tried again after a failure', async () => {
    const { text, computed, finish, fail } = open();
    const first = text.read();
    fail(0);
    await expect(first).rejects.toThrow('no metrics');
    const second = text.read();
    finish(1);
    expect(String(await second)).toBe('text 1');
    expect(computed()).toBe(2);
  });
});
