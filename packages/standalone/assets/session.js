// @ts-check
import { Api, ApiError, toError } from './api.js';
import { parseJson } from './json-text.js';

/**
 * What the server says before anybody signed in.
 *
 * @typedef {object} Start
 * @property {string} [guestKey] the key of the published guest, if everybody on this machine may use it
 * @property {number} listLimitMax
 * @property {number} codeBytesMax longest code, in base64
 * @property {readonly string[]} kinds the default first
 */

/**
 * @typedef {object} Session
 * @property {Api} api
 * @property {Start} start
 * @property {string} authKey
 * @property {string} namespace
 * @property {boolean} isPublishedGuest whether it is the guest's key that everybody knows
 */

/** Kept by this tab alone, and gone with it. Empty: somebody signed out. */
const keyItem = 'wasmwhisk.auth-key';

/**
 * @returns {Promise<Start>}
 * @throws {ApiError}
 */
export async function readStart() {
  /** @type {Response} */
  let response;
  try {
    response = await fetch('/page/data/start', { credentials: 'omit', cache: 'no-store' });
  } catch {
    throw new ApiError(0, 'The server does not answer. Is it still running?');
  }
  const text = await response.text();
  if (!response.ok) {
    throw toError({ status: response.status, text, headers: response.headers });
  }
  return /** @type {Start} */ (parseJson(text));
}

/**
 * Signs in with a key.
 *
 * @param {Start} start
 * @param {string} authKey
 * @returns {Promise<Session>}
 * @throws {ApiError}
 */
export async function signIn(start, authKey) {
  if (!/^[\x21-\x7e]+:[\x21-\x7e]+$/.test(authKey)) {
    throw new ApiError(400, 'An auth key has two halves with a colon between them: uuid:key.');
  }
  const api = new Api(authKey, start.listLimitMax);
  const [namespace] = /** @type {[string]} */ (await api.read('/api/v1/namespaces'));
  sessionStorage.setItem(keyItem, authKey);
  const isPublishedGuest = authKey === start.guestKey;
  return { api, start, authKey, namespace, isPublishedGuest };
}

/**
 * Goes on with the key of this tab, else as the published guest.
 *
 * @param {Start} start
 * @returns {Promise<{ session: Session, byItself: boolean } | undefined>} `undefined` when somebody has to be asked
 * @throws {ApiError} when nobody answers
 */
export async function resume(start) {
  const kept = sessionStorage.getItem(keyItem);
  if (kept === '') return undefined;
  for (const authKey of new Set([kept ?? start.guestKey, start.guestKey])) {
    if (authKey === undefined) continue;
    try {
      return { session: await signIn(start, authKey), byItself: authKey !== kept };
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      sessionStorage.removeItem(keyItem);
    }
  }
  return undefined;
}

/** Forgets the key, and what was typed with it. The next load asks instead of signing in as guest. */
export function signOut() {
  sessionStorage.clear();
  sessionStorage.setItem(keyItem, '');
}

/** Longer arguments are not remembered. */
const argumentsMax = 20_000;

/**
 * The arguments that an action was last invoked with. They stay in this tab: they may be secrets.
 *
 * @param {Session} session
 * @param {string} path
 */
export function lastArguments(session, path) {
  return sessionStorage.getItem(`wasmwhisk.arguments:${session.namespace}/${path}`) ?? undefined;
}

/**
 * @param {Session} session
 * @param {string} path
 * @param {string} text
 */
export function keepArguments(session, path, text) {
  const item = `wasmwhisk.arguments:${session.namespace}/${path}`;
  try {
    if (text.length > argumentsMax) sessionStorage.removeItem(item);
    else sessionStorage.setItem(item, text);
  } catch {
    // The tab's storage is full: then they are not remembered.
  }
}
