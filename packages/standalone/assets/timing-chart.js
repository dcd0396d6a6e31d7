// @ts-check
import { fullName, startKind, statusWords, timesText } from './activation.js';
import { element, svg } from './dom.js';
import { formatCount, formatDuration, formatTime } from './format.js';
import { toHash } from './routes.js';

/** @typedef {import('./activation.js').Activation} Activation */

const shownMax = 60;
const width = 720;
const height = 170;
const frame = { left: 62, right: 8, top: 18, bottom: 24 };
const plotWidth = width - frame.left - frame.right;
const plotHeight = height - frame.top - frame.bottom;

/** Durations of the latest activations as stacked bars: waiting, init, run. */
export class TimingChart {
  #picture = svg('svg', { viewBox: `0 0 ${String(width)} ${String(height)}`, role: 'group' });
  #summary = element('p', { class: 'chart-summary' });
  #drawn = '';
  element = element(
    'figure',
    { class: 'chart' },
    element('figcaption', {}, 'Time per activation', legend()),
    this.#picture,
    this.#summary,
  );

  /** @param {readonly Activation[]} activations newest first */
  update(activations) {
    const shown = activations
      .filter(({ durationMs }) => durationMs !== undefined)
      .slice(0, shownMax)
      .reverse();
    const drawn = shown.map(({ id }) => id).join();
    if (drawn === this.#drawn && this.#summary.textContent !== '') return;
    this.#drawn = drawn;
    const focused = document.activeElement?.getAttribute('href');
    this.#summary.textContent = summarise(shown);
    this.#picture.setAttribute('aria-label', `Time per activation, oldest first.`);
    const scale = chooseScale(shown.map(totalMs));
    this.#picture.replaceChildren(...axis(scale), ...shown.map((one, at) => bar(one, at, scale)));
    if (typeof focused === 'string') {
      const again = [...this.#picture.querySelectorAll('a')].find(
        (link) => link.getAttribute('href') === focused,
      );
      again?.focus();
    }
  }
}

/** @param {Activation} activation */
function totalMs({ waitMs, durationMs = 0 }) {
  return waitMs + durationMs;
}

/** @param {readonly Activation[]} shown */
function summarise(shown) {
  if (shown.length === 0) return 'No activation to be timed yet.';
  const durations = shown.map(({ durationMs = 0 }) => durationMs).sort((a, b) => a - b);
  const cold = shown.filter((one) => startKind(one) === 'cold').length;
  const at = (/** @type {number} */ share) =>
    formatDuration(
      durations[Math.min(durations.length - 1, Math.floor(durations.length * share))] ?? 0,
    );
  return [
    `Last ${formatCount(shown.length, 'activation')}: median ${at(0.5)}, 95th percentile ${at(0.95)},`,
    `longest ${formatDuration(durations.at(-1) ?? 0)}; ${String(cold)} cold.`,
  ].join(' ');
}

/**
 * The value of the upper edge: not that of one straggler, or the others could not be told apart.
 *
 * @param {readonly number[]} totals
 */
function chooseScale(totals) {
  const sorted = totals.toSorted((a, b) => a - b);
  const greatest = sorted.at(-1) ?? 0;
  const usual = sorted[Math.floor(sorted.length * 0.9)] ?? 0;
  const wanted = Math.max(greatest > usual * 8 ? usual * 2 : greatest, 4);
  const power = 10 ** Math.floor(Math.log10(wanted));
  const step = [1, 2, 4, 6, 8, 10].find((factor) => factor * power >= wanted) ?? 10;
  return step * power;
}

/** @param {number} ms @param {number} scale */
function toHeight(ms, scale) {
  return (Math.min(ms, scale) / scale) * plotHeight;
}

/** @param {number} scale */
function axis(scale) {
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const y = frame.top + plotHeight * (1 - share);
    return svg(
      'g',
      { 'aria-hidden': 'true' },
      svg('line', { class: 'grid', x1: frame.left, x2: width - frame.right, y1: y, y2: y }),
      svg(
        'text',
        { class: 'tick', x: frame.left - 8, y: y + 4, 'text-anchor': 'end' },
        formatDuration(scale * share),
      ),
    );
  });
  const label = (
    /** @type {string} */ text,
    /** @type {number} */ x,
    /** @type {string} */ anchor,
  ) =>
    svg(
      'text',
      { class: 'tick', x, y: height - 6, 'text-anchor': anchor, 'aria-hidden': 'true' },
      text,
    );
  return [
    ...ticks,
    label('older', frame.left, 'start'),
    label('newer', width - frame.right, 'end'),
  ];
}

/**
 * @param {Activation} activation
 * @param {number} index
 * @param {number} scale
 */
function bar(activation, index, scale) {
  const { id, waitMs, initMs = 0, durationMs = 0, statusCode } = activation;
  const slot = plotWidth / shownMax;
  const x = frame.left + index * slot + 1;
  const cold = startKind(activation) === 'cold';
  let base = frame.top + plotHeight;
  const parts = /** @type {const} */ ([
    ['wait', waitMs],
    ['init', initMs],
    [statusCode === 0 ? 'run' : 'run failed', Math.max(durationMs - initMs, 0)],
  ]);
  const total = totalMs(activation);
  // One that takes no time at all is still to be seen.
  const factor = total === 0 ? 0 : Math.min(1, scale / total);
  const rectangles = parts.map(([name, ms]) => {
    const barHeight = Math.max(toHeight(ms * factor, scale), name.startsWith('run') ? 2 : 0);
    base -= barHeight;
    return svg('rect', { class: name, x, y: base, width: slot - 2, height: barHeight });
  });
  const description = `${fullName(activation)}, ${formatTime(activation.startEpochMs)}: ${
    statusWords[statusCode]
  }, ${cold ? 'cold, ' : ''}${timesText(activation)}`;
  return svg(
    'a',
    { href: toHash('activations', id), 'aria-label': description },
    svg('title', {}, description),
    svg('rect', { class: 'target', x: x - 1, y: 0, width: slot, height: height - frame.bottom }),
    ...rectangles,
    cold && svg('circle', { class: 'cold', cx: x + slot / 2 - 1, cy: base - 5, r: 3 }),
    total > scale &&
      svg('path', {
        class: 'cut',
        d: `M${String(x)} ${String(frame.top + 4)}l${String(slot / 2 - 1)} -8l${String(slot / 2 - 1)} 8z`,
      }),
  );
}

function legend() {
  const entries = [
    ['wait', 'waiting'],
    ['init', 'init'],
    ['run', 'run'],
    ['failed', 'run that failed'],
    ['cold', 'cold start'],
  ];
  return element(
    'span',
    { class: 'legend' },
    ...entries.map(([name, text]) =>
      element(
        'span',
        {},
        element('i', { class: `swatch ${name ?? ''}`, 'aria-hidden': 'true' }),
        text,
      ),
    ),
  );
}
