// @ts-check
import { ActivationFeed } from './activation-feed.js';
import { fullName } from './activation.js';
import { actionText, readActions } from './action.js';
import { messageOf } from './api.js';
import { button, element, followRow, table, updateChildren } from './dom.js';
import { notify, openDialog } from './feedback.js';
import { formatCount, formatMoment, formatRun } from './format.js';
import { showRecord, startBadge, statusBadge } from './record-panel.js';
import { toHash } from './routes.js';
import { TimingChart } from './timing-chart.js';
import { readTriggers } from './triggers.js';

/** @typedef {import('./activation.js').Activation} Activation */

const statusChoices = /** @type {const} */ ([
  ['', 'Every status'],
  ['failed', 'Failed'],
  ['0', 'Success'],
  ['1', 'Application error'],
  ['2', 'Developer error'],
  ['3', 'Internal error'],
]);

/**
 * The list of activations, live.
 *
 * @param {import('./session.js').Session} session
 * @param {HTMLElement} main
 */
export function showActivations({ api }, main) {
  const chart = new TimingChart();
  const body = element('tbody');
  const list = table(
    'Activations, newest first',
    ['Started', 'Name', 'Status', 'Start', 'Duration', 'Id'],
    body,
  );
  const state = element('p', { class: 'muted live' }, 'Loading…');
  const empty = element('section', { class: 'empty', hidden: true });
  const names = element('datalist', { id: 'names' });
  const name = element('input', {
    type: 'search',
    list: 'names',
    placeholder: 'Name',
    'aria-label': 'Filter activations by name',
    oninput: () => {
      feed.setName(known.has(name.value.trim()) ? name.value.trim() : '');
      render();
    },
  });
  const status = element(
    'select',
    { 'aria-label': 'Filter activations by status', onchange: render },
    ...statusChoices.map(([value, text]) => element('option', { value }, text)),
  );
  const toggle = button('Pause', () => {
    if (feed.running) feed.stop();
    else feed.start();
    toggle.textContent = feed.running ? 'Pause' : 'Go on';
    render();
  });
  const older = button('Load older ones', () => void loadOlder(), { hidden: true });
  /** Names that the server can filter by. @type {Set<string>} */
  const known = new Set();
  const feed = new ActivationFeed(api, render);

  main.replaceChildren(
    element(
      'div',
      { class: 'row between' },
      element('h1', {}, 'Activations'),
      element('div', { class: 'row' }, name, names, status, toggle),
    ),
    chart.element,
    state,
    empty,
    list,
    element('p', {}, older),
  );

  function render() {
    const all = feed.activations;
    const shown = all.filter(matches);
    chart.update(shown);
    updateChildren(
      body,
      shown,
      ({ id }) => id,
      (activation) => activationRow(activation, { withName: true }),
    );
    list.hidden = shown.length === 0;
    older.hidden = feed.atEnd || !feed.loaded;
    const isEmpty = feed.loaded && all.length === 0 && name.value === '';
    empty.hidden = !isEmpty;
    if (isEmpty && empty.childElementCount === 0) empty.append(...firstSteps());
    state.textContent = stateText(shown.length, all.length);
    state.classList.toggle('paused', !feed.running || feed.fault !== undefined);
  }

  /** @param {Activation} activation */
  function matches(activation) {
    const wanted = name.value.trim().toLowerCase();
    if (!fullName(activation).toLowerCase().includes(wanted)) return false;
    if (status.value === '') return true;
    return status.value === 'failed'
      ? activation.statusCode !== 0
      : String(activation.statusCode) === status.value;
  }

  /** @param {number} shown @param {number} all */
  function stateText(shown, all) {
    if (feed.fault !== undefined) return `${feed.fault} Trying again.`;
    if (!feed.loaded) return 'Loading…';
    const mood = feed.running ? 'Live' : 'Paused';
    const count =
      shown === all
        ? formatCount(all, 'activation')
        : `${String(shown)} of the latest ${formatCount(all, 'activation')}`;
    return `${mood} · ${count}${feed.atEnd ? '' : ', there are older ones'}`;
  }

  async function loadOlder() {
    older.disabled = true;
    try {
      await feed.loadOlder();
    } catch (error) {
      notify(messageOf(error), 'bad');
    }
    older.disabled = false;
  }

  async function loadNames() {
    const [actions, triggers] = await Promise.all([readActions(api), readTriggers(api)]);
    for (const action of actions) known.add(actionText(action));
    for (const trigger of triggers) known.add(trigger.name);
    names.replaceChildren(...[...known].map((value) => element('option', { value })));
  }

  loadNames().catch((/** @type {unknown} */ error) => {
    notify(messageOf(error), 'bad');
  });
  feed.start();
  return {
    refresh: () => void feed.refresh(),
    close: () => {
      feed.stop();
    },
  };
}

function firstSteps() {
  return [
    element('h2', {}, 'Nothing ran yet'),
    element(
      'p',
      {},
      'Invoke one of your ',
      element('a', { href: '#/actions' }, 'actions'),
      ', here or with wsk. It appears in this list by itself.',
    ),
  ];
}

/**
 * @param {Activation} activation
 * @param {{ withName: boolean }} options
 */
export function activationRow(activation, { withName }) {
  const { id, startEpochMs, durationMs, statusCode } = activation;
  const link = element('a', { href: toHash('activations', id) }, formatMoment(startEpochMs));
  return element(
    'tr',
    { class: 'to', onclick: followRow },
    element('th', { scope: 'row' }, link),
    withName && element('td', {}, fullName(activation)),
    element('td', {}, statusBadge(statusCode)),
    element('td', {}, startBadge(activation) || '–'),
    element('td', { class: 'number' }, durationMs === undefined ? '–' : formatRun(durationMs)),
    element('td', {}, element('code', { class: 'id', title: id }, `…${id.slice(-8)}`)),
  );
}

/**
 * One activation, above whatever is shown.
 *
 * @param {import('./session.js').Session} session
 * @param {string} id
 * @param {() => void} onClose
 */
export function openActivation({ api }, id, onClose) {
  const place = element('div', { class: 'dialog-body' });
  const dialog = openDialog('Activation', 'sheet', [place], onClose);
  void showRecord(api, id, place);
  return dialog;
}
