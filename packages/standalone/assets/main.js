// @ts-check
import { showAction } from './action-view.js';
import { showActions } from './actions-view.js';
import { openActivation, showActivations } from './activations-view.js';
import { messageOf } from './api.js';
import { showConnect } from './connect-view.js';
import { button, byId, element } from './dom.js';
import { notify } from './feedback.js';
import { showPackages } from './packages-view.js';
import { currentRoute } from './routes.js';
import { begin as beginSession, readStart, signOut } from './session.js';
import { showSignIn } from './sign-in-view.js';
import { showTriggers } from './triggers-view.js';
import { openUpload } from './upload-dialog.js';

/** @typedef {import('./session.js').Session} Session */
/** @typedef {{ refresh?: () => void, close?: () => void }} View */

const main = byId('main');
const navigation = byId('navigation');
const account = byId('account');
const connection = byId('connection');
const reconnectMs = 3000;

/** @type {Session | undefined} */
let session;
/** @type {View | undefined} */
let view;
/** Of the view that is shown, also below a dialog. @type {string | undefined} */
let shownHash;
/** @type {HTMLDialogElement | undefined} */
let sheet;

/** Begins, or begins again: asks the server what it is, and who we are. */
async function begin() {
  try {
    const start = await readStart();
    const begun = await beginSession(start);
    setReached(true);
    if (begun === undefined) askForKey(start);
    else {
      enter(begun);
      notify('Signed in as guest with the published key.');
    }
  } catch (error) {
    connection.textContent = `${messageOf(error)} Trying again every ${String(reconnectMs / 1000)} s.`;
    connection.hidden = false;
    setTimeout(() => void begin(), reconnectMs);
  }
}

/**
 * @param {import('./session.js').Start} start
 * @param {string} [reason]
 */
function askForKey(start, reason) {
  leave();
  session = undefined;
  navigation.hidden = true;
  account.hidden = true;
  document.title = 'Sign in · wasmwhisk';
  showSignIn(start, main, reason, enter);
}

/** @param {Session} entered */
function enter(entered) {
  session = entered;
  const { api, start, namespace, isPublishedGuest } = entered;
  api.onReached = setReached;
  api.onUnauthorized = (text) => {
    if (session !== entered) return;
    signOut();
    askForKey(start, `You were signed out: ${text}`);
  };
  account.replaceChildren(
    element('span', { class: 'who', title: location.origin }, namespace),
    (isPublishedGuest && element('span', { class: 'badge warm' }, 'published key')) || '',
    button(
      'Sign out',
      () => {
        signOut();
        askForKey(start, 'You signed out.');
      },
      { class: 'quiet' },
    ),
  );
  navigation.hidden = false;
  account.hidden = false;
  shownHash = undefined;
  route();
}

/** Says when nobody answers, and looks again at everything when somebody does. @param {boolean} reached */
function setReached(reached) {
  if (reached === connection.hidden) return;
  connection.hidden = reached;
  connection.textContent = reached ? '' : 'The server does not answer. What you see may be old.';
  if (reached) view?.refresh?.();
  else if (session !== undefined) setTimeout(() => void lookAgain(), reconnectMs);
}

async function lookAgain() {
  if (connection.hidden || session === undefined) return;
  try {
    // Whatever comes back tells `setReached`.
    await session.api.send('GET', '/api/v1/namespaces');
  } catch {
    setTimeout(() => void lookAgain(), reconnectMs);
  }
}

function leave() {
  view?.close?.();
  view = undefined;
  shownHash = undefined;
  for (const dialog of document.querySelectorAll('dialog')) dialog.close();
}

/** Shows what the address says. */
function route() {
  if (session === undefined) return;
  const { section, rest } = currentRoute();
  const [id] = rest;
  if (section === 'activations' && id !== undefined) {
    if (view === undefined) show('#/activations', 'Activations', showActivations);
    openSheet(session, id);
    return;
  }
  closeSheet();
  const hash = location.hash === '' ? '#/actions' : location.hash;
  if (hash === shownHash) return;
  for (const dialog of document.querySelectorAll('dialog')) dialog.close();
  const [first, second] = rest;
  if (section === 'actions' && first !== undefined) {
    const identifier =
      second === undefined ? { package: undefined, name: first } : { package: first, name: second };
    show(hash, identifier.name, (one, place) => showAction(one, place, identifier));
  } else if (section === 'activations') show(hash, 'Activations', showActivations);
  else if (section === 'triggers') show(hash, 'Triggers', showTriggers);
  else if (section === 'packages') show(hash, 'Packages', showPackages);
  else if (section === 'connect') show(hash, 'Connect', showConnect);
  else show(hash, 'Actions', showActions);
}

/**
 * @param {string} hash
 * @param {string} title
 * @param {(session: Session, main: HTMLElement) => View | void} make
 */
function show(hash, title, make) {
  if (session === undefined) return;
  const isFirst = shownHash === undefined;
  view?.close?.();
  shownHash = hash;
  document.title = `${title} · wasmwhisk`;
  view = make(session, main) ?? {};
  const section = hash.split('/')[1] ?? '';
  for (const link of navigation.querySelectorAll('a')) {
    const isCurrent = link.getAttribute('href') === `#/${section === '' ? 'actions' : section}`;
    if (isCurrent) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  scrollTo(0, 0);
  // Screen readers and the tab key go on at the new content.
  if (!isFirst) main.focus({ preventScroll: true });
}

/** @param {Session} owner @param {string} id */
function openSheet(owner, id) {
  closeSheet();
  const opened = openActivation(owner, id, () => {
    if (sheet !== opened) return;
    // Closed by hand: the address goes back to what lies below.
    sheet = undefined;
    history.replaceState(null, '', shownHash);
  });
  sheet = opened;
}

function closeSheet() {
  const closing = sheet;
  sheet = undefined;
  closing?.close();
}

/** @param {DragEvent} event */
function hasFiles(event) {
  return event.dataTransfer?.types.includes('Files') === true;
}

addEventListener('hashchange', route);
addEventListener('dragover', (event) => {
  if (hasFiles(event)) event.preventDefault();
});
addEventListener('drop', (event) => {
  if (!hasFiles(event)) return;
  // Else the browser would leave the page and show the file.
  event.preventDefault();
  const file = event.dataTransfer?.files[0];
  if (file === undefined || session === undefined || document.querySelector('dialog') !== null)
    return;
  openUpload(session, { dropped: file, onSame: () => view?.refresh?.() });
});
document.querySelector('.skip-link')?.addEventListener('click', (event) => {
  // An address of its own would be a place on the page.
  event.preventDefault();
  main.focus();
});
void begin();
