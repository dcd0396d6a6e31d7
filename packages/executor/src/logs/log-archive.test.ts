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

  it('drops the oldest also after it was empty, and keeps silent activations apart', () => {
    const archive = new LogArchive(1000);
    archive.open(owner('a'));
    archive.add(owner('a'), line('x'.repeat(1000)));
    expect([archive.get(owner('a')), archive.bytes]).toEqual([undefined, 0]);
    for (const id of ['b', 'c', 'd']) archive.open(owner(id));
    archive.add(owner('d'), line('only here'));
    expect(archive.get(owner('b'))).toBeUndefined();
    archive.open(owner('e'));
    expect(archive.get(owner('c'))).toBeUndefined();
    expect(archive.get(owner('d'))).toEqual([line('only here')]);
    expect(archive.get(owner('e'))).toEqual([]);
  });

  it('keeps nothing when it may not', () => {
    const archive = new LogArchive(0);
    archive.open(owner('a'));
    archive.add(owner('a'), line('x'));
    expect(archive.get(owner('a'))).toBeUndefined();
  });

  it('counts ids, which callers choose as long as they like', () => {
    const archive = new LogArchive(100_000);
    for (let index = 0; index < 20; index += 1)
      archive.open(owner(`${'x'.repeat(10_000)}${String(index)}`));
    expect(archive.bytes).toBeLessThanOrEqual(100_000);
    expect(archive.get(owner(`${'x'.repeat(10_000)}0`))).toBeUndefined();
    expect(archive.get(owner(`${'x'.repeat(10_000)}19`))).toEqual([]);
  });

  it('tells ids apart, whatever characters are in them', () => {
    const archive = new LogArchive(10_000);
    archive.open({ containerId: 'a', activationId: 'b c' });
    expect(archive.get({ containerId: 'a b', activationId: 'c' })).toBeUndefined();
    archive.open({ containerId: 'a', activationId: 'b\nc' });
    expect(archive.get({ containerId: 'a\nb', activationId: 'c' })).toBeUndefined();
  });
});
