import { describe, expect, it } from 'vitest';
import { ActivationLogs, toLogText } from './activation-logs.js';

describe('toLogText', () => {
  it('has the time in 30 columns, and a fraction of seconds for `wsk --strip`', () => {
    const time = '2026-11-21T08:00:00.201Z';
    const text = toLogText({ time, stream: 'stdout', log: 'a: b' });
    expect(text).toBe('2026-11-21T08:00:00.201000000Z stdout: a: b');
    expect(text.indexOf(' ')).toBe(30);
  });
});

describe('ActivationLogs', () => {
  it('keeps the lines of each activation until they are taken', () => {
    const logs = new ActivationLogs();
    const write = (activationId: string, log: string): void => {
      const time = new Date(0).toISOString();
      logs.line({ containerId: 'c', activationId }, { time, stream: 'stderr', log });
    };
    write('a', 'one');
    write('b', 'two');
    write('a', 'three');
    write('', 'of an initialization');
    expect(logs.take('a').map((line) => line.slice(31))).toEqual(['stderr: one', 'stderr: three']);
    expect(logs.take('a')).toEqual([]);
    expect(logs.take('')).toEqual([]);
    expect(logs.take('b')).toHaveLength(1);
  });
});
