// @ts-check

const time = /** @type {const} */ ({
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const day = /** @type {const} */ ({ year: 'numeric', month: 'short', day: 'numeric' });
const fraction = /** @type {const} */ ({ fractionalSecondDigits: 3 });
const timeToday = new Intl.DateTimeFormat(undefined, time);
const timeAnyDay = new Intl.DateTimeFormat(undefined, { ...day, ...time });
const momentToday = new Intl.DateTimeFormat(undefined, { ...time, ...fraction });
const momentAnyDay = new Intl.DateTimeFormat(undefined, { ...day, ...time, ...fraction });
const numbers = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** @param {number} bytes */
export function formatBytes(bytes) {
  if (bytes < 1024) return `${String(bytes)} B`;
  const units = ['KiB', 'MiB', 'GiB'];
  let value = bytes;
  let unit = 'B';
  for (const larger of units) {
    if (value < 1024) break;
    value /= 1024;
    unit = larger;
  }
  return `${numbers.format(value)} ${unit}`;
}

/** @param {number} ms */
export function formatDuration(ms) {
  if (ms < 1000) return `${numbers.format(ms)} ms`;
  if (ms < 60_000) return `${numbers.format(ms / 1000)} s`;
  return `${numbers.format(ms / 60_000)} min`;
}

/**
 * Today as a time, other days with their date.
 *
 * @param {number} epochMs
 */
export function formatTime(epochMs) {
  const date = new Date(epochMs);
  return (isToday(date) ? timeToday : timeAnyDay).format(date);
}

/**
 * The same to the millisecond.
 *
 * @param {number} epochMs
 */
export function formatMoment(epochMs) {
  const date = new Date(epochMs);
  return (isToday(date) ? momentToday : momentAnyDay).format(date);
}

/** @param {Date} date */
function isToday(date) {
  return date.toDateString() === new Date().toDateString();
}

/**
 * How long something ran: activations count whole milliseconds, so 0 is less than one.
 *
 * @param {number} ms
 */
export function formatRun(ms) {
  return ms === 0 ? '< 1 ms' : formatDuration(ms);
}

/**
 * @param {number} count
 * @param {string} one
 * @param {string} [many]
 */
export function formatCount(count, one, many = `${one}s`) {
  return `${numbers.format(count)} ${count === 1 ? one : many}`;
}
