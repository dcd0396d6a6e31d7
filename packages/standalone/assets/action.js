// @ts-check
import { annotationOf } from './activation.js';
import { apiPath } from './api.js';
import { formatDuration } from './format.js';

/**
 * An action as the page shows it.
 *
 * @typedef {object} Action
 * @property {string} name
 * @property {string | undefined} package
 * @property {string} kind
 * @property {string} version
 * @property {number} updatedEpochMs
 * @property {import('./wire.js').LimitsDocument} limits
 * @property {boolean} web
 */

/**
 * @param {import('./wire.js').ActionDocument} document of a list or of the action alone
 * @returns {Action}
 */
export function readAction(document) {
  const { annotations } = document;
  return {
    name: document.name,
    package: document.namespace.split('/')[1],
    kind: document.exec.kind ?? String(annotationOf(annotations, 'exec')),
    version: document.version,
    updatedEpochMs: document.updated,
    limits: document.limits,
    web: annotationOf(annotations, 'web-export') === true,
  };
}

/**
 * Every action of the namespace.
 *
 * @param {import('./api.js').Api} api
 * @returns {Promise<readonly Action[]>}
 */
export async function readActions(api) {
  const documents = await api.readList(apiPath('actions'));
  return /** @type {import('./wire.js').ActionDocument[]} */ (documents).map(readAction);
}

/** @param {Pick<Action, 'package' | 'name'>} action */
export function actionPath({ package: inPackage, name }) {
  return apiPath('actions', inPackage, name);
}

/** @param {Pick<Action, 'package' | 'name'>} action */
export function actionText({ package: inPackage, name }) {
  return inPackage === undefined ? name : `${inPackage}/${name}`;
}

/** @param {import('./wire.js').LimitsDocument} limits */
export function limitsText(limits) {
  const parts = [formatDuration(limits.timeout), `${String(limits.memory)} MiB`];
  if (limits.concurrency > 1) parts.push(`${String(limits.concurrency)} at once`);
  return parts.join(' · ');
}

/**
 * Where a web action is served.
 *
 * @param {string} namespace
 * @param {Pick<Action, 'package' | 'name'>} action
 * @param {string} [extension]
 */
export function webUrl(namespace, { package: inPackage, name }, extension = '') {
  const path = [namespace, inPackage ?? 'default', name].map(encodeURIComponent).join('/');
  return `${location.origin}/api/v1/web/${path}${extension}`;
}

/**
 * How large the code of each action is, by `package/name`. Actions without code are not in it.
 *
 * @param {import('./api.js').Api} api
 * @returns {Promise<ReadonlyMap<string, number>>}
 */
export async function readCodeSizes(api) {
  const entries = /** @type {import('./wire.js').CodeSize[]} */ (
    await api.readList('/page/data/code-sizes')
  );
  return new Map(
    entries.flatMap(({ name, codeBytes }) => (codeBytes === undefined ? [] : [[name, codeBytes]])),
  );
}
