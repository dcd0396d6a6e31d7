// @ts-check
import { fullName, startKind, statusWords, timesText } from './activation.js';
import { element, svg } from './dom.js';
import { formatCount, formatDuration, formatMoment, formatRun } from './format.js';
import { toHash } from './routes.js';

/** @typedef {import('./activation.js').Activation} Activation */

const shownMax = 60;
const height = 170;
const frame = { left: 56, right: 6, top: 20, bottom: 22 };
const plotHeight = height - frame.top - frame.bottom;

/**
 * What a drawing is laid out in: its width is that of the place, so that texts keep their size.
 *
 * @typedef {{ width: number, scale: number, first: number }} Layout
 */

/** Durations of the latest activations as stacked bars: waiting, init, run. The newest is at the right. */
export class TimingChart {
  #picture = svg('svg', { role: 'group', 'aria-label': 'Time per activation, oldest first' });
  #summary = element('p', { class: 'chart-summary' });
  /** @type {readonly Activation[]} */
  #shown = [];
  #drawn = '';
  element = element(
    'figure',
    { class: 'chart' },
    element('figcaption', {}, 'Time per activation', legend()),
    this.#picture,
    this.#summary,
  );

  constructor() {
    // Ends with the element: nothing else holds the observer.
    new ResizeObserver(() => {
      this.#draw();
    }).observe(this.#picture);
  }

  /** @param {readonly Activation[]} activations newest first */
  update(activations) {
    this.#shown = activations
      .filter(({ durationMs }) => durationMs !== undefined)
      .slice(0, shownMax)
      .reverse();
    this.#summary.textContent = summarise(this.#shown);
    this.#draw();
  }

  #draw() {
    const width = this.#picture.clientWidth;
    const drawn = [String(width), ...this.#shown.map(({ id }) => id)].join();
    if (width === 0 || drawn === this.#drawn) return;
    this.#drawn = drawn;
    const focused = document.activeElement?.getAttribute('href');
    const scale = chooseScale(this.#shown.map(totalMs));
    const layout = { width, scale, first: shownMax - this.#shown.length };
    this.#picture.setAttribute('viewBox', `0 0 ${String(width)} ${String(height)}`);
    this.#picture.replaceChildren(
      ...axis(layout),
      ...this.#shown.map((one, at) => bar(one, at, layout)),
    );
    for (const link of this.#picture.querySelectorAll('a')) {
      if (typeof focused === 'string' && link.getAttribute('href') === focused) link.focus();
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
    formatRun(durations[Math.min(durations.length - 1, Math.floor(durations.length * share))] ?? 0);
  return [
    `Last ${formatCount(shown.length, 'activation')}: median ${at(0.5)}, 95th percentile ${at(0.95)},`,
    `longest ${formatRun(durations.at(-1) ?? 0)}; ${String(cold)} cold.`,
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

/** @param {Layout} layout */
function axis({ width, scale }) {
  const label = (
    /** @type {string} */ text,
    /** @type {number} */ x,
    /** @type {number} */ y,
    /** @type {string} */ anchor,
  ) => svg('text', { class: 'tick', x, y, 'text-anchor': anchor, 'aria-hidden': 'true' }, text);
  const ticks = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => {
    const y = frame.top + plotHeight * (1 - share);
    return [
      svg('line', { class: 'grid', x1: frame.left, x2: width - frame.right, y1: y, y2: y }),
      label(formatDuration(scale * share), frame.left - 8, y + 4, 'end'),
    ];
  });
  return [
    ...ticks,
    label('older', frame.left, height - 6, 'start'),
    label('newer', width - frame.right, height - 6, 'end'),
  ];
}

/**
 * @param {Activation} activation
 * @param {number} index
 * @param {Layout} layout
 */
function bar(activation, index, { width, scale, first }) {
  const { id, waitMs, initMs = 0, durationMs = 0, statusCode } = activation;
  const slot = (width - frame.left - frame.right) / shownMax;
  const x = frame.left + (first + index) * slot;
  const middle = x + slot / 2;
  const isCold = startKind(activation) === 'cold';
  const total = totalMs(activation);
  const isCut = total > scale;
  const perMs = plotHeight / Math.max(scale, total);
  const parts = /** @type {const} */ ([
    ['wait', waitMs],
    ['init', initMs],
    [statusCode === 0 ? 'run' : 'failed', Math.max(durationMs - initMs, 0)],
  ]);
  let top = frame.top + plotHeight;
  const rectangles = parts.map(([name, ms], part) => {
    // One that took no time at all is still to be seen.
    const partHeight = Math.max(ms * perMs, part === 2 ? 2 : 0);
    top -= partHeight;
    const inset = Math.min(1, slot / 6);
    return svg('rect', {
      class: name,
      x: x + inset,
      y: top,
      width: slot - 2 * inset,
      height: partHeight,
    });
  });
  const description = [
    `${fullName(activation)}, ${formatMoment(activation.startEpochMs)}: ${statusWords[statusCode]}`,
    ...(isCold ? ['cold'] : []),
    timesText(activation),
  ].join(', ');
  const arrow = `M${String(middle - 4)} ${String(frame.top - 3)}l4 -6l4 6z`;
  return svg(
    'a',
    { href: toHash('activations', id), 'aria-label': description },
    svg('title', {}, description),
    svg('rect', { class: 'target', x, y: 0, width: slot, height: height - frame.bottom }),
    ...rectangles,
    isCut && svg('path', { class: 'cut', d: arrow }),
    isCold && svg('circle', { class: 'cold', cx: middle, cy: isCut ? 5 : top - 5, r: 3 }),
  );
}

function legend() {
  const entries = [
    ['wait', 'waiting'],
    ['init', 'init'],
    ['run', 'run'],
    ['failed', 'run that failed'],
    ['cold', 'cold start'],
    ['cut', 'longer than shown'],
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
