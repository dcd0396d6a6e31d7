/** How far the steady clock may stray from the host's before it is set again. */
const strayMsMax = 2;

/** When the steady clock of this thread began, in milliseconds since 1970. The host has one wall clock, so it is kept once. */
let steadyOriginMs = performance.timeOrigin;

/**
 * Wall clock, in nanoseconds since 1970. The host tells Node.js milliseconds; what is finer comes
 * from the steady clock, which follows when the host's is set.
 */
export function wallClockNs(): bigint {
  const hostMs = Date.now();
  let ms = steadyOriginMs + performance.now();
  if (Math.abs(ms - hostMs) > strayMsMax) {
    steadyOriginMs += hostMs - ms;
    ms = hostMs;
  }
  // Whole and fraction apart: together they do not fit a double.
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
