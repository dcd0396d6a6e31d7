import { describe, expect, it } from 'vitest';
import { monotonicClockNs, Preview1Host, wallClockNs, type Preview1Version } from '@wasmwhisk/wasi';
import { compileWat, errno, playGuest, type PlayedGuest } from './guest.js';

interface Subscription {
  readonly clock?: { id: number; timeout: bigint; absolute?: boolean };
  readonly read?: number;
  readonly write?: number;
}

/** Subscriptions in the layout of a version; user data counts from 100. */
function put(
  guest: Pick<PlayedGuest, 'room' | 'view'>,
  list: readonly Subscription[],
  version: Preview1Version,
): number {
  const [size, clockAt] = version === 'wasi_unstable' ? [56, 24] : [48, 16];
  const pointer = guest.room(size * list.length);
  const view = guest.view();
  list.forEach(({ clock, read, write }, index) => {
    const at = pointer + index * size;
    view.setBigUint64(at, BigInt(100 + index), true);
    view.setUint8(at + 8, clock !== undefined ? 0 : read !== undefined ? 1 : 2);
    view.setUint32(at + 16, read ?? write ?? 0, true);
    if (clock === undefined) return;
    view.setUint32(at + clockAt, clock.id, true);
    view.setBigUint64(at + clockAt + 8, clock.timeout, true);
    view.setUint16(at + clockAt + 24, clock.absolute === true ? 1 : 0, true);
  });
  return pointer;
}

function poll(
  guest: PlayedGuest,
  list: readonly Subscription[],
  version: Preview1Version = 'wasi_snapshot_preview1',
): readonly (readonly [userData: number, error: number, type: number])[] {
  const subscriptions = put(guest, list, version);
  const events = guest.room(32 * list.length);
  const count = guest.room(4);
  expect(guest.call('poll_oneoff', subscriptions, events, list.length, count)).toBe(errno.success);
  const view = guest.view();
  return Array.from({ length: view.getUint32(count, true) }, (_, index) => {
    const at = events + index * 32;
    return [
      Number(view.getBigUint64(at, true)),
      view.getUint16(at + 8, true),
      view.getUint8(at + 10),
    ];
  });
}

const ms = 1_000_000n;

describe('poll_oneoff that holds its thread', () => {
  it.each(['wasi_snapshot_preview1', 'wasi_unstable'] as const)(
    'waits for the first clock that is due (%s)',
    (version) => {
      const guest = playGuest({ version });
      const start = monotonicClockNs();
      const list = [
        { clock: { id: 1, timeout: 10_000n * ms } },
        { clock: { id: 0, timeout: 5n * ms } },
        { clock: { id: 1, timeout: start + 20_000n * ms, absolute: true } },
      ];
      expect(poll(guest, list, version)).toEqual([[101, 0, 0]]);
      const took = monotonicClockNs() - start;
      expect(took).toBeGreaterThanOrEqual(5n * ms);
      expect(took).toBeLessThan(5_000n * ms);
    },
  );

  it('takes absolute times of both clocks, past ones at once', () => {
    const guest = playGuest();
    const start = monotonicClockNs();
    expect(
      poll(guest, [{ clock: { id: 0, timeout: wallClockNs() + 6n * ms, absolute: true } }]),
    ).toHaveLength(1);
    expect(monotonicClockNs() - start).toBeGreaterThanOrEqual(3n * ms);
    const past = monotonicClockNs();
    expect(
      poll(guest, [
        { clock: { id: 0, timeout: 5n, absolute: true } },
        { clock: { id: 1, timeout: 5n, absolute: true } },
        { clock: { id: 1, timeout: 0n } },
      ]),
    ).toHaveLength(3);
    expect(monotonicClockNs() - past).toBeLessThan(1000n * ms);
  });

  it('finds descriptors ready, and does not wait then', () => {
    const guest = playGuest({ stdin: 'x' });
    const list = [
      { clock: { id: 1, timeout: 1_000_000n * ms } },
      { read: 0 },
      { write: 1 },
      { read: 77 },
      { clock: { id: 9, timeout: 0n } },
    ];
    expect(poll(guest, list)).toEqual([
      [101, 0, 1],
      [102, 0, 2],
      [103, errno.badf, 1],
      [104, errno.inval, 0],
    ]);
  });

  it('refuses none, too many, and types that it does not know', () => {
    const guest = playGuest();
    expect(guest.call('poll_oneoff', 0, 0, 0, 8)).toBe(errno.inval);
    expect(guest.call('poll_oneoff', 0, 0, 100_000, 8)).toBe(errno.inval);
    expect(guest.call('poll_oneoff', 0, 0, -1, 8)).toBe(errno.inval);
    const subscription = put(guest, [{ read: 0 }], 'wasi_snapshot_preview1');
    guest.view().setUint8(subscription + 8, 7);
    expect(guest.call('poll_oneoff', subscription, guest.room(32), 1, 8)).toBe(errno.inval);
  });
});

const sleeperWat = `(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "sleep") (param $ns i64) (result i32)
    (i32.store (i32.const 16) (i32.const 1))
    (i64.store (i32.const 24) (local.get $ns))
    (i32.add
      (i32.mul (i32.const 100) (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))
      (i32.load (i32.const 128)))))`;

describe('poll_oneoff that suspends', () => {
  const module = compileWat(sleeperWat);

  function openSleeper(signal?: AbortSignal) {
    const told: boolean[] = [];
    const host = new Preview1Host({
      args: [],
      environment: [],
      preopens: [],
      stdio: { stdin: { read: () => new Uint8Array() }, stdout: () => 0, stderr: () => 0 },
      suspending: true,
      signal,
      onWaiting: (waiting) => told.push(waiting),
    });
    const { exports } = new WebAssembly.Instance(module, {
      wasi_snapshot_preview1: host.imports('wasi_snapshot_preview1', ['poll_oneoff']),
    });
    host.attachMemory(exports['memory'] as WebAssembly.Memory);
    return { told, sleep: WebAssembly.promising(exports['sleep'] as (ns: bigint) => number) };
  }

  it('lets a hundred guests wait in one thread at once', async () => {
    const start = monotonicClockNs();
    const sleepers = Array.from({ length: 100 }, () => openSleeper());
    const answers = await Promise.all(sleepers.map(({ sleep }) => sleep(50n * ms)));
    expect(answers).toEqual(Array(100).fill(1));
    const took = monotonicClockNs() - start;
    expect(took).toBeGreaterThanOrEqual(50n * ms);
    expect(took).toBeLessThan(2_500n * ms);
    expect(sleepers.every(({ told }) => told.join() === 'true,false')).toBe(true);
  });

  it('does not suspend when there is nothing to wait for', async () => {
    const { sleep, told } = openSleeper();
    expect(await sleep(0n)).toBe(1);
    expect(told).toEqual([]);
  });

  it('unwinds the guest with the reason when the signal is aborted', async () => {
    const controller = new AbortController();
    const { sleep, told } = openSleeper(controller.signal);
    const sleeping = sleep(1_000_000n * ms);
    controller.abort({ type: 'destroyed' });
    await expect(sleeping).rejects.toEqual({ type: 'destroyed' });
    expect(told).toEqual([true, false]);
  });
});
