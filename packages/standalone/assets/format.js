// @ts-check

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

const sameDay = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
const anyDay = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/**
 * Today as a time, other days with their date.
 *
 * @param {number} epochMs
 */
export function formatTime(epochMs) {
  const date = new Date(epochMs);
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday ? sameDay.format(date) : anyDay.format(date);
}

/**
 * @param {number} count
 * @param {string} one
 * @param {string} [many]
 */
export function formatCount(count, one, many = `${one}s`) {
  return `${numbers.format(count)} ${count === 1 ? one : many}`;
}
