// @ts-check
import { actionText, limitsText, readActions, readCodeSizes, webUrl } from './action.js';
import { messageOf } from './api.js';
import { connectSteps } from './connect-view.js';
import { button, copyButton, element, followRow, table, updateChildren } from './dom.js';
import { formatBytes, formatCount, formatTime } from './format.js';
import { actionHash } from './routes.js';
import { openUpload } from './upload-dialog.js';

const headings = ['Action', 'Kind', 'Code', 'Limits', 'Version', 'Updated', 'Web'];

/**
 * The list of actions.
 *
 * @param {import('./session.js').Session} session
 * @param {HTMLElement} main
 */
export function showActions(session, main) {
  const { api, namespace } = session;
  const body = element('tbody');
  const list = table('Actions', headings, body);
  list.hidden = true;
  const state = element('p', { class: 'muted' }, 'Loading…');
  const empty = element('section', { class: 'empty', hidden: true });
  const filter = element('input', {
    type: 'search',
    placeholder: 'Filter by name',
    'aria-label': 'Filter actions by name',
    oninput: render,
  });
  const upload = button(
    'Upload an action',
    () => {
      openUpload(session);
    },
    { class: 'primary' },
  );
  main.replaceChildren(
    element(
      'div',
      { class: 'row between' },
      element('h1', {}, 'Actions'),
      element(
        'div',
        { class: 'row' },
        filter,
        button('Refresh', () => void load()),
        upload,
      ),
    ),
    state,
    empty,
    list,
  );

  /** @type {readonly import('./action.js').Action[]} */
  let actions = [];
  /** @type {ReadonlyMap<string, number>} */
  let codeSizes = new Map();

  async function load() {
    try {
      [actions, codeSizes] = await Promise.all([readActions(api), readCodeSizes(api)]);
      render();
    } catch (error) {
      state.textContent = messageOf(error);
    }
  }

  function render() {
    const wanted = filter.value.trim().toLowerCase();
    const shown = actions.filter((action) => actionText(action).toLowerCase().includes(wanted));
    const isEmpty = actions.length === 0;
    list.hidden = shown.length === 0;
    filter.disabled = isEmpty;
    empty.hidden = !isEmpty;
    if (isEmpty && empty.childElementCount === 0) empty.append(...firstSteps());
    state.textContent =
      shown.length === actions.length
        ? isEmpty
          ? 'Nothing is deployed yet.'
          : formatCount(actions.length, 'action')
        : `${String(shown.length)} of ${formatCount(actions.length, 'action')}`;
    // An action that changed is made again: its key has its version and time.
    updateChildren(
      body,
      shown,
      (action) => `${actionText(action)} ${action.version} ${String(action.updatedEpochMs)}`,
      row,
    );
  }

  /** @param {import('./action.js').Action} action */
  function row(action) {
    const bytes = codeSizes.get(actionText(action));
    return element(
      'tr',
      { class: 'to', onclick: followRow },
      element(
        'th',
        { scope: 'row' },
        element(
          'a',
          { href: actionHash(action) },
          action.package !== undefined && element('span', { class: 'muted' }, `${action.package}/`),
          action.name,
        ),
      ),
      element('td', {}, action.kind),
      element('td', { class: 'number' }, bytes === undefined ? '–' : formatBytes(bytes)),
      element('td', {}, limitsText(action.limits)),
      element('td', {}, action.version),
      element('td', {}, formatTime(action.updatedEpochMs)),
      element('td', {}, action.web ? webLink(action) : '–'),
    );
  }

  /** @param {import('./action.js').Action} action */
  function webLink(action) {
    const url = webUrl(namespace, action);
    return element(
      'span',
      { class: 'row tight' },
      element(
        'a',
        {
          href: url,
          target: '_blank',
          rel: 'noopener noreferrer',
          'aria-label': `Open web action ${actionText(action)}`,
        },
        'open',
      ),
      copyButton(() => url, `URL of ${actionText(action)}`),
    );
  }

  function firstSteps() {
    return [
      element('h2', {}, 'Deploy your first action'),
      element(
        'p',
        {},
        'An action is a WebAssembly module or component. Drop a .wasm or .zip file anywhere on this page, or ',
        button(
          'choose one',
          () => {
            openUpload(session);
          },
          { class: 'link' },
        ),
        '. Or use the command line:',
      ),
      connectSteps(session),
    ];
  }

  void load();
  return { refresh: () => void load() };
}
