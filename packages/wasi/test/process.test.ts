import { describe, expect, it } from 'vitest';
import { preview1Functions, type ProcessExit } from '@wasmwhisk/wasi';
import { errno, playGuest, type PlayedGuest } from './guest.js';

function strings(guest: PlayedGuest, sizes: string, get: string): readonly string[] {
  const count = guest.room(4);
  const bytes = guest.room(4);
  expect(guest.call(sizes, count, bytes)).toBe(errno.success);
  const total = guest.view().getUint32(count, true);
  const list = guest.room(total * 4);
  const block = guest.room(guest.view().getUint32(bytes, true));
  expect(guest.call(get, list, block)).toBe(errno.success);
  return Array.from({ length: total }, (_, index) => {
    const start = guest.view().getUint32(list + index * 4, true);
    const end = new Uint8Array(guest.memory.buffer).indexOf(0, start);
    return guest.read(start, end - start);
  });
}

describe('arguments and environment', () => {
  it('gives them in order, empty ones too', () => {
    const guest = playGuest({ args: ['program', '', 'ä ❄', '{"a":1}'] });
    expect(strings(guest, 'args_sizes_get', 'args_get')).toEqual(['program', '', 'ä ❄', '{"a":1}']);
  });

  it('gives each name once, and ends text at a NUL', () => {
    const guest = playGuest({
      environment: [
        ['A', 'first'],
        ['B', ''],
        ['A', 'last=one'],
        ['C', 'seen\0unseen'],
        ['__proto__', 'x'],
      ],
    });
    expect(strings(guest, 'environ_sizes_get', 'environ_get')).toEqual([
      'A=last=one',
      'B=',
      'C=seen',
      '__proto__=x',
    ]);
  });

  it('gives nothing when there is nothing', () => {
    expect(strings(playGuest(), 'environ_sizes_get', 'environ_get')).toEqual([]);
  });
});

describe('clocks', () => {
  it('tells the time of day and a time that never goes back', () => {
    const guest = playGuest();
    const time = guest.room(8);
    expect(guest.call('clock_time_get', 0, 1n, time)).toBe(errno.success);
    const now = Number(guest.view().getBigUint64(time, true) / 1_000_000n);
    expect(Math.abs(now - Date.now())).toBeLessThan(1000);
    let last = 0n;
    for (let turn = 0; turn < 100; turn += 1) {
      guest.call('clock_time_get', 1, 1n, time);
      const next = guest.view().getBigUint64(time, true);
      expect(next).toBeGreaterThanOrEqual(last);
      last = next;
    }
  });

  it('has a resolution, and no clocks of CPU time', () => {
    const guest = playGuest();
    const time = guest.room(8);
    expect(guest.call('clock_res_get', 0, time)).toBe(errno.success);
    expect(guest.view().getBigUint64(time, true)).toBeGreaterThan(0n);
    expect(guest.call('clock_res_get', 1, time)).toBe(errno.success);
    for (const id of [2, 3, 4, -1]) {
      expect(guest.call('clock_res_get', id, time)).toBe(errno.inval);
      expect(guest.call('clock_time_get', id, 1n, time)).toBe(errno.inval);
    }
  });
});

describe('random', () => {
  it('fills exactly the range', () => {
    const guest = playGuest();
    const range = guest.room(64);
    expect(guest.call('random_get', range + 8, 48)).toBe(errno.success);
    const bytes = new Uint8Array(guest.memory.buffer, range, 64);
    expect([...bytes.subarray(0, 8), ...bytes.subarray(56)]).toEqual(Array(16).fill(0xaa));
    expect(new Set(bytes.subarray(8, 56)).size).toBeGreaterThan(20);
    expect(guest.call('random_get', range, 0)).toBe(errno.success);
  });
});

describe('the process', () => {
  it('exits through an exception that carries the code', () => {
    const guest = playGuest();
    for (const [code, exitCode] of [
      [0, 0],
      [3, 3],
      [-1, 0xffff_ffff],
    ] as const)
      expect(() => guest.call('proc_exit', code)).toThrow(
        expect.objectContaining({ name: 'ProcessExit', exitCode }) as ProcessExit,
      );
  });

  it('has no signals and nobody to yield to', () => {
    const guest = playGuest();
    expect(guest.call('proc_raise', 9)).toBe(errno.nosys);
    expect(guest.call('sched_yield')).toBe(errno.success);
  });

  it('has no sockets', () => {
    const guest = playGuest();
    expect(guest.call('sock_recv', 0, 0, 0, 0, 0, 0)).toBe(errno.notsock);
    expect(guest.call('sock_send', 1, 0, 0, 0, 0)).toBe(errno.notsock);
    expect(guest.call('sock_shutdown', 2, 3)).toBe(errno.notsock);
    expect(guest.call('sock_accept', 3, 0, 0)).toBe(errno.badf);
  });
});

describe('the set of functions', () => {
  it('is complete', () => {
    expect(preview1Functions.wasi_snapshot_preview1.size).toBe(46);
    expect(preview1Functions.wasi_unstable.size).toBe(45);
    expect(preview1Functions.wasi_unstable.has('sock_accept')).toBe(false);
  });

  it('makes no more than is asked for', () => {
    const { host } = playGuest();
    const made = host.imports('wasi_snapshot_preview1', ['fd_write', 'fd_unknown', 'toString']);
    expect(Object.keys(made)).toEqual(['fd_write']);
  });
});
