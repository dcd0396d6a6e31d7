// @ts-check
import { button, copyButton, copyLine, element, facts } from './dom.js';

/**
 * The lines that somebody types first. `wsk` wants a zip: it damages a bare module.
 *
 * @param {import('./session.js').Session} session
 */
export function connectSteps(session) {
  const lines = /** @type {const} */ ([
    [
      'Deploy a module, in a zip file because wsk would damage a bare .wasm',
      'zip hello.zip hello.wasm && wsk action create hello hello.zip --kind wasm:0.1',
    ],
    ['Invoke it', 'wsk action invoke hello --result --param name Ada'],
    ['Look at what happened', 'wsk activation list'],
  ]);
  return element(
    'ol',
    { class: 'steps' },
    element(
      'li',
      {},
      element('p', {}, 'Tell wsk where this server is, and who you are'),
      connectLine(session),
    ),
    ...lines.map(([what, line]) =>
      element('li', {}, element('p', {}, what), copyLine(line, `command: ${what}`)),
    ),
  );
}

/**
 * The line that connects `wsk`. A key that is not public is shown only when asked for; copying takes it along.
 *
 * @param {import('./session.js').Session} session
 */
export function connectLine({ authKey, isPublishedGuest }) {
  const line = (/** @type {string} */ key) =>
    `wsk property set --apihost ${location.origin} --auth ${key}`;
  const hidden = line(`${authKey.slice(0, authKey.indexOf(':'))}:••••••••`);
  const code = element('code', {}, isPublishedGuest ? line(authKey) : hidden);
  const show = button(
    'Show key',
    () => {
      const isShown = code.textContent !== hidden;
      code.textContent = isShown ? hidden : line(authKey);
      show.textContent = isShown ? 'Show key' : 'Hide key';
    },
    { class: 'quiet' },
  );
  return element(
    'div',
    { class: 'copy-line' },
    code,
    !isPublishedGuest && show,
    copyButton(() => line(authKey), 'the command that connects wsk'),
  );
}

/**
 * How to reach this server with other tools.
 *
 * @param {import('./session.js').Session} session
 * @param {HTMLElement} main
 */
export function showConnect(session, main) {
  const { namespace, isPublishedGuest } = session;
  main.replaceChildren(
    element('h1', {}, 'Connect'),
    facts([
      ['API host', element('code', {}, location.origin)],
      ['Namespace', element('code', {}, namespace)],
      [
        'Signed in as',
        isPublishedGuest ? 'guest, with the published key that everybody knows' : namespace,
      ],
    ]),
    (isPublishedGuest &&
      element(
        'p',
        { class: 'hint' },
        'This server listens on this machine only and still has the published guest key, so the page signed in by itself. Whoever can open this page can run code here.',
      )) ||
      '',
    element('section', {}, element('h2', {}, 'From the command line'), connectSteps(session)),
    element(
      'section',
      {},
      element('h2', {}, 'From a program'),
      element('p', {}, 'With the npm package openwhisk:'),
      copyLine(
        `openwhisk({ apihost: '${location.origin}', api_key: process.env.WSK_AUTH }).actions.invoke({ name: 'hello', blocking: true, result: true })`,
        'a call with the npm package openwhisk',
      ),
    ),
  );
}
