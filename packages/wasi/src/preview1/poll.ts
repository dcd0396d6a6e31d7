import { monotonicClockNs, wallClockNs } from '../core/clocks.js';
import { toErrno, WasiError, type ErrnoName } from '../core/errno.js';
import { sleep, sleepBlocking } from '../core/waiting.js';
import { errnoNumbers } from './errno-numbers.js';
import type { GuestMemory } from './guest-memory.js';
import type { Preview1Run } from './preview1-run.js';
import { clockIds } from './process-calls.js';

/** Most subscriptions of one `poll_oneoff`. */
export const subscriptionsMax = 4096;

/** Where the parts of a `subscription` lie; `wasi_unstable` has a second user datum for clocks. */
export interface SubscriptionLayout {
  readonly byteLength: number;
  readonly clockId: number;
  readonly timeout: number;
  readonly flags: number;
}

export const subscriptionLayout: SubscriptionLayout = {
  byteLength: 48,
  clockId: 16,
  timeout: 24,
  flags: 40,
};

export const unstableSubscriptionLayout: SubscriptionLayout = {
  byteLength: 56,
  clockId: 24,
  timeout: 32,
  flags: 48,
};

const eventBytes = 32;
/** `eventtype`. */
const eventTypes = { clock: 0, read: 1, write: 2 } as const;
type EventType = (typeof eventTypes)[keyof typeof eventTypes];

interface PollEvent {
  readonly userData: bigint;
  readonly type: EventType;
  readonly error: ErrnoName | undefined;
  /** How much can be read or written at least. */
  readonly byteCount: bigint;
}

interface Timer {
  readonly userData: bigint;
  /** On the monotonic clock. */
  readonly dueNs: bigint;
}

/**
 * `poll_oneoff`: descriptors are always ready here (stdin is at hand or at its end, files never
 * block), so a guest waits only when it asked for nothing but clocks.
 *
 * @returns a promise when the guest waits and may be suspended
 */
export function pollOneoff(
  layout: SubscriptionLayout,
): (
  run: Preview1Run,
  subscriptions: number,
  events: number,
  count: number,
  eventCount: number,
) => Promise<void> | undefined {
  return (run, subscriptions, events, count, eventCount) => {
    if (count === 0 || count >>> 0 > subscriptionsMax) throw new WasiError('EINVAL');
    // Everything is checked before the wait: a fault is told at once.
    run.memory.bytes(subscriptions, count * layout.byteLength);
    run.memory.bytes(events, count * eventBytes);
    run.memory.setU32(eventCount, 0);
    const { ready, timers } = readSubscriptions(run, layout, subscriptions, count);
    const finish = (): void => {
      const now = monotonicClockNs();
      const due = timers.filter(({ dueNs }) => dueNs <= now).map(toClockEvent);
      const all = [...ready, ...due];
      all.forEach((event, index) => {
        writeEvent(run.memory, (events >>> 0) + index * eventBytes, event);
      });
      run.memory.setU32(eventCount, all.length);
    };
    const waitNs = ready.length > 0 ? 0n : shortestWait(timers);
    if (waitNs <= 0n) {
      finish();
      return undefined;
    }
    const { suspending = false, signal, onWaiting } = run.options;
    if (suspending) return sleep(waitNs, { signal, onWaiting }).then(finish);
    sleepBlocking(waitNs);
    finish();
    return undefined;
  };
}

function readSubscriptions(
  run: Preview1Run,
  layout: SubscriptionLayout,
  subscriptions: number,
  count: number,
): { readonly ready: PollEvent[]; readonly timers: Timer[] } {
  const ready: PollEvent[] = [];
  const timers: Timer[] = [];
  for (let index = 0; index < count; index += 1) {
    const at = (subscriptions >>> 0) + index * layout.byteLength;
    const userData = run.memory.getU64(at);
    const type = run.memory.getU8(at + 8);
    if (type === eventTypes.clock) {
      const dueNs = readDue(run.memory, at, layout);
      if (dueNs !== undefined) timers.push({ userData, dueNs });
      else ready.push({ userData, type, error: 'EINVAL', byteCount: 0n });
    } else if (type === eventTypes.read || type === eventTypes.write) {
      ready.push({ userData, type, ...readiness(run, run.memory.getU32(at + 16), type) });
    } else {
      throw new WasiError('EINVAL');
    }
  }
  return { ready, timers };
}

/** When a clock subscription is due, on the monotonic clock; `undefined` for a clock that we lack. */
function readDue(memory: GuestMemory, at: number, layout: SubscriptionLayout): bigint | undefined {
  const id = memory.getU32(at + layout.clockId);
  if (id !== clockIds.wall && id !== clockIds.monotonic) return undefined;
  const timeout = memory.getU64(at + layout.timeout);
  const absolute = (memory.getU16(at + layout.flags) & 1) !== 0;
  if (absolute && id === clockIds.monotonic) return timeout;
  const now = monotonicClockNs();
  return now + (absolute ? timeout - wallClockNs() : timeout);
}

function readiness(
  run: Preview1Run,
  fd: number,
  type: EventType,
): Pick<PollEvent, 'error' | 'byteCount'> {
  try {
    const descriptor = run.table.get(fd);
    if (descriptor.type === 'file' && type === eventTypes.read && descriptor.file.seekable) {
      const left = descriptor.file.stat().size - descriptor.position;
      return { error: undefined, byteCount: left > 0n ? left : 0n };
    }
    return { error: undefined, byteCount: 1n };
  } catch (error) {
    const errno = toErrno(error);
    if (errno === undefined) throw error;
    return { error: errno, byteCount: 0n };
  }
}

function shortestWait(timers: readonly Timer[]): bigint {
  const now = monotonicClockNs();
  return timers.reduce<bigint>(
    (least, { dueNs }) => (dueNs - now < least ? dueNs - now : least),
    timers[0] === undefined ? 0n : timers[0].dueNs - now,
  );
}

function toClockEvent({ userData }: Timer): PollEvent {
  return { userData, type: eventTypes.clock, error: undefined, byteCount: 0n };
}

function writeEvent(memory: GuestMemory, at: number, event: PollEvent): void {
  memory.bytes(at, eventBytes).fill(0);
  memory.setU64(at, event.userData);
  memory.setU16(at + 8, event.error === undefined ? 0 : errnoNumbers[event.error]);
  memory.setU8(at + 10, event.type);
  memory.setU64(at + 16, event.byteCount);
}
