// @ts-check
import { Api, ApiError, errorHeader, toError } from './api.js';
import { parseJson } from './json-text.js';
import { noteAnswer, tokenHeaders } from './page-token.js';

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

/**
 * Where the address leads after signing out: a reload asks for a key there, instead of signing in as guest.
 * The key itself is nowhere but in the memory of this page.
 */
const signedOutHash = '#/sign-in';

/**
 * @returns {Promise<Start>}
 * @throws {ApiError}
 */
export async function readStart() {
  /** @type {Response} */
  let response;
  try {
    response = await fetch('/page/data/start', {
      credentials: 'omit',
      cache: 'no-store',
      headers: tokenHeaders,
    });
  } catch {
    throw new ApiError(0, 'The server does not answer. Is it still running?');
  }
  noteAnswer(response.status, response.headers.get(errorHeader));
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
  if (location.hash === signedOutHash) history.replaceState(null, '', '#/actions');
  const isPublishedGuest = authKey === start.guestKey;
  return { api, start, authKey, namespace, isPublishedGuest };
}

/**
 * Signs in as the published guest, unless somebody signed out.
 *
 * @param {Start} start
 * @returns {Promise<Session | undefined>} `undefined` when somebody has to be asked
 * @throws {ApiError} when nobody answers
 */
export async function begin(start) {
  const { guestKey } = start;
  if (guestKey === undefined || location.hash === signedOutHash) return undefined;
  try {
    return await signIn(start, guestKey);
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return undefined;
    throw error;
  }
}

/** Forgets what was typed with the key. The next load asks instead of signing in as guest. */
export function signOut() {
  argumentsByAction.clear();
  history.replaceState(null, '', signedOutHash);
}

/** Longer arguments are not remembered. */
const argumentsMax = 20_000;

/** By namespace and path. They may be secrets, so they stay in the memory of this page. @type {Map<string, string>} */
const argumentsByAction = new Map();

/**
 * The arguments that an action was last invoked with.
 *
 * @param {Session} session
 * @param {string} path
 */
export function lastArguments(session, path) {
  return argumentsByAction.get(`${session.namespace}/${path}`);
}

/**
 * @param {Session} session
 * @param {string} path
 * @param {string} text
 */
export function keepArguments(session, path, text) {
  const name = `${session.namespace}/${path}`;
  if (text.length > argumentsMax) argumentsByAction.delete(name);
  else argumentsByAction.set(name, text);
}
