// @ts-check
import { parseJson } from './json-text.js';
import { noteAnswer, tokenHeaders } from './page-token.js';

/** @typedef {{ status: number, text: string, headers: Headers }} Answer */

/** A refusal of the API, or no answer at all (status 0). `message` can be shown. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
  }
}

const root = '/api/v1/namespaces/_/';

/** Has our code of a refusal. */
export const errorHeader = 'x-wasmwhisk-error';

/**
 * A path below the namespace; every segment is encoded.
 *
 * @param {...(string | undefined)} segments those that are undefined are left out
 */
export function apiPath(...segments) {
  return (
    root + segments.flatMap((one) => (one === undefined ? [] : [encodeSegment(one)])).join('/')
  );
}

/** @param {string} segment */
export function encodeSegment(segment) {
  return encodeURIComponent(segment);
}

/** Speaks to the REST API with one auth key. */
export class Api {
  /** Told after every request whether there was an answer. @type {(reached: boolean) => void} */
  onReached = () => undefined;
  /** Told when the key is no longer taken. @type {(text: string) => void} */
  onUnauthorized = () => undefined;

  /**
   * @param {string} authKey
   * @param {number} listLimitMax most items that the server puts into a list
   */
  constructor(authKey, listLimitMax) {
    this.listLimitMax = listLimitMax;
    this.authorization = `Basic ${btoa(authKey)}`;
  }

  /**
   * Sends a request, and takes every answer for good.
   *
   * @param {string} method
   * @param {string} path
   * @param {{ body?: string | undefined, signal?: AbortSignal | undefined }} [options]
   * @returns {Promise<Answer>}
   * @throws {ApiError} 401, or 0 when nobody answers
   */
  async send(method, path, { body, signal } = {}) {
    /** @type {Response} */
    let response;
    /** @type {string} */
    let text;
    try {
      response = await fetch(path, {
        method,
        // With credentials of its own a browser would ask for a password by itself.
        credentials: 'omit',
        cache: 'no-store',
        headers: {
          authorization: this.authorization,
          ...tokenHeaders,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body }),
        ...(signal === undefined ? {} : { signal }),
      });
      text = await response.text();
    } catch (error) {
      if (signal?.aborted === true && !isTimeout(signal.reason)) throw error;
      this.onReached(false);
      throw new ApiError(0, 'The server does not answer. Is it still running?');
    }
    noteAnswer(response.status, response.headers.get(errorHeader));
    this.onReached(true);
    if (response.status === 401) {
      const reason = errorText(text) ?? 'The auth key is not valid.';
      this.onUnauthorized(reason);
      throw new ApiError(401, reason);
    }
    return { status: response.status, text, headers: response.headers };
  }

  /**
   * Sends a request, and throws what is no success.
   *
   * @param {string} method
   * @param {string} path
   * @param {{ body?: string | undefined, signal?: AbortSignal | undefined }} [options]
   * @returns {Promise<Answer>}
   * @throws {ApiError}
   */
  async succeed(method, path, options) {
    const answer = await this.send(method, path, options);
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw toError(answer);
  }

  /**
   * Reads a document.
   *
   * @param {string} path
   * @returns {Promise<unknown>} as it is described in wire.d.ts
   * @throws {ApiError}
   */
  async read(path) {
    const answer = await this.succeed('GET', path, { signal: AbortSignal.timeout(20_000) });
    return /** @type {unknown} */ (parseJson(answer.text));
  }

  /**
   * Reads a list to its end, page by page, but no more than so many items.
   *
   * @param {string} path
   * @param {number} [most]
   * @returns {Promise<unknown[]>}
   * @throws {ApiError}
   */
  async readList(path, most = 2000) {
    /** @type {unknown[]} */
    const items = [];
    const limit = Math.min(200, this.listLimitMax);
    while (items.length < most) {
      const query = `limit=${String(limit)}&skip=${String(items.length)}`;
      const page = /** @type {unknown[]} */ (await this.read(`${path}?${query}`));
      items.push(...page);
      if (page.length < limit) break;
    }
    return items;
  }

  /**
   * Sends a large body, and tells how far it is.
   *
   * @param {string} path
   * @param {string} body
   * @param {(sent: number) => void} onProgress between 0 and 1
   * @param {AbortSignal} signal
   * @returns {Promise<Answer>}
   * @throws {ApiError}
   */
  async put(path, body, onProgress, signal) {
    /** @type {Answer} */
    const answer = await new Promise((resolve, reject) => {
      // `fetch` cannot tell how much was sent.
      const request = new XMLHttpRequest();
      request.open('PUT', path);
      request.setRequestHeader('authorization', this.authorization);
      request.setRequestHeader('content-type', 'application/json');
      for (const [name, value] of Object.entries(tokenHeaders)) {
        request.setRequestHeader(name, value);
      }
      request.upload.addEventListener('progress', (event) => {
        if (event.lengthComputable) onProgress(event.loaded / event.total);
      });
      request.addEventListener('load', () => {
        noteAnswer(request.status, request.getResponseHeader(errorHeader));
        resolve({ status: request.status, text: request.responseText, headers: new Headers() });
      });
      request.addEventListener('error', () => {
        this.onReached(false);
        reject(new ApiError(0, 'The server did not take the upload, or does not answer.'));
      });
      request.addEventListener('abort', () => {
        reject(new ApiError(0, 'The upload was stopped.'));
      });
      signal.addEventListener('abort', () => {
        request.abort();
      });
      request.send(body);
    });
    this.onReached(true);
    if (answer.status >= 200 && answer.status < 300) return answer;
    const error = toError(answer);
    if (error.status === 401) this.onUnauthorized(error.message);
    throw error;
  }
}

/** @param {unknown} reason why a signal was aborted */
function isTimeout(reason) {
  return reason instanceof DOMException && reason.name === 'TimeoutError';
}

/**
 * The text of an error document.
 *
 * @param {string} text
 * @returns {string | undefined}
 */
function errorText(text) {
  try {
    const { error } = /** @type {{ error?: unknown }} */ (parseJson(text));
    return typeof error === 'string' ? error : undefined;
  } catch {
    // Not JSON: the caller names the status.
    return undefined;
  }
}

/** @param {Answer} answer */
export function toError({ status, text, headers }) {
  const reason = errorText(text) ?? `The server answered with status ${String(status)}.`;
  if (status !== 429) return new ApiError(status, reason);
  const wait = headers.get('retry-after');
  return new ApiError(
    status,
    wait === null ? `${reason} Wait a moment.` : `${reason} Try again in ${wait} s.`,
  );
}

/**
 * What can be said about anything that was thrown.
 *
 * @param {unknown} error
 */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
