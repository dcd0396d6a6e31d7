/** Wall clock, in nanoseconds since 1970. A microsecond exact. */
export function wallClockNs(): bigint {
  // Milliseconds and their fraction apart: together they do not fit a double.
  const ms = performance.timeOrigin + performance.now();
  const whole = Math.floor(ms);
  return BigInt(whole) * 1_000_000n + BigInt(Math.floor((ms - whole) * 1e6));
}

/** A clock that never goes back, in nanoseconds since an arbitrary moment. */
export function monotonicClockNs(): bigint {
  return process.hrtime.bigint();
}

/** Steps of the clocks, in nanoseconds. */
export const clockResolutionNs: { readonly wall: bigint; readonly monotonic: bigint } = {
  wall: 1_000n,
  monotonic: 1n,
};
