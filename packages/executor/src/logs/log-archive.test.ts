import { describe, expect, it } from 'vitest';
import { LogArchive } from './log-archive.js';

const owner = (activationId: string) => ({ containerId: 'c', activationId });
const line = (log: string) => ({
  time: '2026-01-01T00:00:00.000Z',
  stream: 'stdout' as const,
  log,
});

describe('LogArchive', () => {
  it('tells an empty log from an unknown one', () => {
    const archive = new LogArchive(10_000);
    archive.open(owner('a'));
    expect(archive.get(owner('a'))).toEqual([]);
    expect(archive.get(owner('b'))).toBeUndefined();
  });

  it('stays below its limit by dropping the oldest activations', () => {
    const archive = new LogArchive(10_000);
    for (let index = 0; index < 100; index += 1) {
      archive.open(owner(String(index)));
      archive.add(owner(String(index)), line('x'.repeat(100)));
      expect(archive.bytes).toBeLessThanOrEqual(10_000);
    }
    expect(archive.get(owner('0'))).toBeUndefined();
    expect(archive.get(owner('99'))).toEqual([line('x'.repeat(100))]);
  });

  it('keeps nothing when it may not', () => {
    const archive = new LogArchive(0);
    archive.open(owner('a'));
    archive.add(owner('a'), line('x'));
    expect(archive.get(owner('a'))).toBeUndefined();
  });
});
