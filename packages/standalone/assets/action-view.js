// @ts-check
import { ActivationFeed } from './activation-feed.js';
import { actionPath, actionText, limitsText, readAction, webUrl } from './action.js';
import { activationRow } from './activations-view.js';
import { messageOf } from './api.js';
import { button, copyButton, element, facts, table, updateChildren } from './dom.js';
import { askFirst, notify } from './feedback.js';
import { formatBytes, formatTime } from './format.js';
import { invokeForm } from './invoke-form.js';
import { membersOf, parseJson, visible } from './json-text.js';
import { actionHash } from './routes.js';
import { TimingChart } from './timing-chart.js';
import { openUpload } from './upload-dialog.js';

/** @typedef {import('./session.js').Session} Session */

const recentMax = 10;
/** Of a parameter or annotation: characters. */
const valueShownMax = 2000;

/**
 * One action: what it is, and a form that invokes it.
 *
 * @param {Session} session
 * @param {HTMLElement} main
 * @param {{ package: string | undefined, name: string }} identifier
 */
export function showAction(session, main, identifier) {
  const { api } = session;
  const path = actionText(identifier);
  const details = element('section', { class: 'card', 'aria-label': 'Details' });
  const problem = element('p', { class: 'error', role: 'alert' });
  details.append(element('p', { class: 'muted' }, 'Loading…'));

  const chart = new TimingChart();
  const recentBody = element('tbody');
  const recent = table(
    'Recent activations',
    ['Started', 'Status', 'Start', 'Duration', 'Id'],
    recentBody,
  );
  const feed = new ActivationFeed(api, () => {
    chart.update(feed.activations);
    updateChildren(
      recentBody,
      feed.activations.slice(0, recentMax),
      ({ id }) => id,
      (activation) => activationRow(activation, { withName: false }),
    );
    recent.hidden = feed.activations.length === 0;
  });
  feed.setName(path);

  main.replaceChildren(
    element(
      'div',
      { class: 'row between' },
      element(
        'div',
        {},
        element('p', { class: 'path' }, element('a', { href: '#/actions' }, 'Actions'), ' /'),
        element('h1', {}, path),
      ),
      element(
        'div',
        { class: 'row' },
        button('Upload new code', () => {
          openUpload(session, { target: identifier, onSame: () => void load() });
        }),
        button('Delete', () => void remove(), { class: 'danger' }),
      ),
    ),
    problem,
    element(
      'div',
      { class: 'columns' },
      invokeForm(session, identifier, () => void feed.refresh()),
      element(
        'div',
        { class: 'stack' },
        details,
        element('section', { class: 'card' }, element('h2', {}, 'Timings'), chart.element, recent),
      ),
    ),
  );

  async function load() {
    try {
      const { text } = await api.succeed('GET', `${actionPath(identifier)}?code=false`);
      details.replaceChildren(...describe(session, identifier, text, await readCodeBytes()));
    } catch (error) {
      problem.textContent = messageOf(error);
      details.replaceChildren(element('p', { class: 'muted' }, 'Nothing to show.'));
    }
  }

  async function readCodeBytes() {
    const query = `?name=${encodeURIComponent(path)}`;
    const sizes = /** @type {import('./wire.js').CodeSize[]} */ (
      await api.read(`/page/data/code-sizes${query}`)
    );
    return sizes[0]?.codeBytes;
  }

  async function remove() {
    const text = `The code goes, and whatever invokes ${path} will fail. Records of its activations stay.`;
    if (!(await askFirst(`Delete ${path}?`, text, 'Delete'))) return;
    try {
      await api.succeed('DELETE', actionPath(identifier));
      notify(`${path} was deleted.`);
      location.hash = '#/actions';
    } catch (error) {
      notify(messageOf(error), 'bad');
    }
  }

  void load();
  feed.start();
  return {
    refresh: () => void load(),
    close: () => {
      feed.stop();
    },
  };
}

/**
 * @param {Session} session
 * @param {{ package: string | undefined, name: string }} identifier as it was asked for, perhaps through a binding
 * @param {string} text
 * @param {number | undefined} codeBytes
 */
function describe({ namespace }, identifier, text, codeBytes) {
  const document = /** @type {import('./wire.js').ActionDocument} */ (parseJson(text));
  const action = readAction(document);
  const members = membersOf(text);
  const { exec } = document;
  return [
    element('h2', {}, 'Details'),
    facts([
      ['Kind', action.kind],
      ['Code', codeBytes !== undefined && formatBytes(codeBytes)],
      ['Main', exec.main],
      ['Limits', limitsText(action.limits)],
      ['Log limit', `${String(action.limits.logs)} MiB`],
      ['Version', action.version],
      ['Updated', formatTime(action.updatedEpochMs)],
      ['Found through', document.binding],
    ]),
    exec.components !== undefined && componentList(exec.components, namespace),
    action.web && webBlock(namespace, identifier),
    keyValueBlock('Parameters', members.get('parameters')),
    keyValueBlock('Annotations', members.get('annotations')),
  ].filter((part) => part !== false);
}

/**
 * @param {readonly string[]} components
 * @param {string} namespace
 */
function componentList(components, namespace) {
  const items = components.map((component) => {
    const [owner, ...rest] = component.split('/').slice(1);
    const name = rest.at(-1) ?? component;
    const inPackage = rest.length === 2 ? rest[0] : undefined;
    return element(
      'li',
      {},
      owner === namespace
        ? element('a', { href: actionHash({ package: inPackage, name }) }, component)
        : component,
    );
  });
  return element(
    'section',
    { class: 'block' },
    element('h3', {}, 'Sequence of'),
    element('ol', {}, ...items),
  );
}

/**
 * @param {string} namespace
 * @param {{ package: string | undefined, name: string }} identifier
 */
function webBlock(namespace, identifier) {
  const url = webUrl(namespace, identifier);
  return element(
    'section',
    { class: 'block' },
    element('h3', {}, 'Web action'),
    element(
      'div',
      { class: 'copy-line' },
      element('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, url),
      copyButton(() => url, 'URL of the web action'),
    ),
    element(
      'p',
      { class: 'muted' },
      'Append .json, .html, .text or .svg for an answer of that type.',
    ),
  );
}

/**
 * Parameters or annotations, each with its value as it was written.
 *
 * @param {string} title
 * @param {string | undefined} json an array of `{"key": …, "value": …}`
 */
function keyValueBlock(title, json) {
  const list = element('dl', { class: 'pairs' });
  for (const entry of membersOf(json ?? '[]').values()) {
    const members = membersOf(entry);
    const key = String(parseJson(members.get('key') ?? '""'));
    const value = visible(members.get('value') ?? 'null');
    list.append(
      element(
        'div',
        {},
        element('dt', {}, visible(key)),
        element(
          'dd',
          {},
          element('code', {}, shorten(value)),
          members.has('init') && ' (for init)',
        ),
      ),
    );
  }
  return element(
    'section',
    { class: 'block' },
    element('h3', {}, title),
    list.childElementCount === 0 ? element('p', { class: 'muted' }, 'None.') : list,
  );
}

/** @param {string} text */
function shorten(text) {
  return text.length > valueShownMax ? `${text.slice(0, valueShownMax)}…` : text;
}
