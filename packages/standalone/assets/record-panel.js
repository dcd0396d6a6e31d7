// @ts-check
import { fullName, readActivation, startKind, statusWords } from './activation.js';
import { apiPath, messageOf, toError } from './api.js';
import { button, copyButton, element, facts } from './dom.js';
import { formatBytes, formatCount, formatDuration, formatMoment, formatRun } from './format.js';
import { indentJson, membersOf, parseJson, visible } from './json-text.js';
import { actionHash, toHash } from './routes.js';

const resultShownMax = 100_000;
const linesShownMax = 1000;
const recordPollMs = 1000;
const recordAttempts = 600;

/**
 * Everything about one activation.
 *
 * @param {string} recordText the record as it came
 * @param {{ withName?: boolean }} [options]
 */
export function recordPanel(recordText, { withName = false } = {}) {
  const record = /** @type {import('./wire.js').ActivationDocument} */ (parseJson(recordText));
  const activation = readActivation(record);
  const { durationMs, waitMs, initMs, peakMemoryBytes, kind } = activation;
  const isAction = kind !== 'trigger' && kind !== '';
  const result = membersOf(membersOf(recordText).get('response') ?? '').get('result');
  return element(
    'div',
    { class: 'record' },
    element(
      'div',
      { class: 'row badges' },
      statusBadge(activation.statusCode),
      startBadge(activation),
      durationMs !== undefined && element('strong', {}, formatRun(durationMs)),
    ),
    facts([
      [
        'Name',
        withName &&
          (isAction
            ? element('a', { href: actionHash(activation) }, fullName(activation))
            : fullName(activation)),
      ],
      ['Kind', withName && kind !== '' && kind],
      ['Started', formatMoment(activation.startEpochMs)],
      ['Duration', durationMs !== undefined && formatRun(durationMs)],
      ['Waited before', durationMs !== undefined && formatDuration(waitMs)],
      ['Init', initMs !== undefined && formatDuration(initMs)],
      ['Peak memory', peakMemoryBytes !== undefined && formatBytes(peakMemoryBytes)],
      ['Version', record.version],
      ['Part of', record.cause !== undefined && activationLink(record.cause)],
      [
        'Activation id',
        element(
          'span',
          { class: 'row tight' },
          element('code', {}, activation.id),
          copyButton(() => activation.id, 'activation id'),
        ),
      ],
    ]),
    resultBlock('Result', result),
    logBlock(record.logs ?? [], kind === 'trigger'),
  );
}

/** @param {0 | 1 | 2 | 3} statusCode */
export function statusBadge(statusCode) {
  return element('span', { class: `badge status-${String(statusCode)}` }, statusWords[statusCode]);
}

/** @param {import('./activation.js').Activation} activation */
export function startBadge(activation) {
  const start = startKind(activation);
  return start !== undefined && element('span', { class: `badge ${start}` }, start);
}

/** @param {string} id */
function activationLink(id) {
  return element('a', { href: toHash('activations', id) }, element('code', {}, id));
}

/**
 * JSON as it came, laid out.
 *
 * @param {string} title
 * @param {string | undefined} json
 */
export function resultBlock(title, json) {
  if (json === undefined) return block(title, undefined, element('p', { class: 'muted' }, 'None.'));
  const text = visible(indentJson(json));
  const cut = text.length > resultShownMax;
  const shown = element('pre', { class: 'json', tabindex: 0, 'aria-label': title });
  shown.textContent = cut ? text.slice(0, resultShownMax) : text;
  const more =
    cut &&
    button(
      `Show all ${formatBytes(text.length)}`,
      (event) => {
        shown.textContent = text;
        /** @type {HTMLElement} */ (event.currentTarget).remove();
        shown.focus();
      },
      { class: 'quiet' },
    );
  return block(
    title,
    copyButton(() => json, title.toLowerCase()),
    shown,
    more,
  );
}

/**
 * @param {readonly string[]} lines
 * @param {boolean} isTrigger
 */
function logBlock(lines, isTrigger) {
  const logLine = isTrigger ? ruleOutcome : outputLine;
  if (lines.length === 0)
    return block('Logs', undefined, element('p', { class: 'muted' }, 'No lines.'));
  const list = element('pre', { class: 'logs', tabindex: 0, 'aria-label': 'Logs' });
  list.append(...lines.slice(0, linesShownMax).map(logLine));
  const rest = lines.length - linesShownMax;
  const more =
    rest > 0 &&
    button(
      `Show ${formatCount(rest, 'more line')}`,
      (event) => {
        list.append(...lines.slice(linesShownMax).map(logLine));
        /** @type {HTMLElement} */ (event.currentTarget).remove();
        list.focus();
      },
      { class: 'quiet' },
    );
  const all = () => lines.join('\n');
  return block(`Logs (${formatCount(lines.length, 'line')})`, copyButton(all, 'logs'), list, more);
}

/** @param {string} line */
function outputLine(line) {
  if (/^[0-9a-f]{32}$/.test(line)) return element('span', { class: 'line' }, activationLink(line));
  const parts = /^(\S+)\s+(stdout|stderr): ?([^]*)$/.exec(line);
  if (parts === null) return element('span', { class: 'line' }, visible(line));
  const [, time = '', stream = '', text = ''] = parts;
  return element(
    'span',
    { class: `line ${stream}` },
    element('time', { title: time }, time.slice(11, 23)),
    element('span', { class: 'stream' }, stream === 'stderr' ? 'err' : 'out'),
    element('span', { class: 'text' }, visible(text)),
  );
}

/**
 * What the record of a trigger says of one of its rules.
 *
 * @param {string} line
 */
function ruleOutcome(line) {
  const { rule, action, activationId, error } = /** @type {import('./wire.js').RuleOutcome} */ (
    parseJson(line)
  );
  return element(
    'span',
    { class: 'line' },
    element('span', {}, `${rule} → ${action}:`),
    activationId === undefined
      ? element('span', { class: 'text' }, visible(error ?? 'not invoked'))
      : activationLink(activationId),
  );
}

/**
 * @param {string} title
 * @param {Node | undefined} tool
 * @param {...(Node | false)} children
 */
function block(title, tool, ...children) {
  return element(
    'section',
    { class: 'block' },
    element('div', { class: 'row between' }, element('h3', {}, title), tool),
    ...children,
  );
}

/**
 * Fills a place with the record of an activation. One that was accepted has none before it is over: it
 * is waited for as long as the place is on the page.
 *
 * @param {import('./api.js').Api} api
 * @param {string} id
 * @param {HTMLElement} place
 */
export async function showRecord(api, id, place) {
  const state = element('p', { class: 'muted', role: 'status' }, 'Loading…');
  place.replaceChildren(state);
  try {
    for (let attempt = 0; attempt < recordAttempts; attempt += 1) {
      const answer = await api.send('GET', apiPath('activations', id));
      if (answer.status === 200) {
        place.replaceChildren(recordPanel(answer.text, { withName: true }));
        return;
      }
      if (answer.status !== 404) throw toError(answer);
      state.textContent = `There is no record of ${id} (yet): it may still be running, or have been removed.`;
      await new Promise((resolve) => setTimeout(resolve, recordPollMs));
      if (!place.isConnected) return;
    }
  } catch (error) {
    place.replaceChildren(element('p', { class: 'error', role: 'alert' }, messageOf(error)));
  }
}
