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
 * @property {any} limits in OpenWhisk's units
 * @property {boolean} web
 * @property {any} annotations
 */

/**
 * @param {any} document of a list or of the action alone
 * @returns {Action}
 */
export function readAction(document) {
  const { annotations } = document;
  return {
    name: String(document.name),
    package: String(document.namespace).split('/')[1],
    kind: String(document.exec?.kind ?? annotationOf(annotations, 'exec') ?? ''),
    version: String(document.version),
    updatedEpochMs: Number(document.updated),
    limits: document.limits ?? {},
    web: annotationOf(annotations, 'web-export') === true,
    annotations,
  };
}

/** @param {Pick<Action, 'package' | 'name'>} action */
export function actionPath({ package: inPackage, name }) {
  return apiPath('actions', inPackage, name);
}

/** @param {Pick<Action, 'package' | 'name'>} action */
export function actionText({ package: inPackage, name }) {
  return inPackage === undefined ? name : `${inPackage}/${name}`;
}

/** @param {any} limits */
export function limitsText(limits) {
  const parts = [formatDuration(Number(limits.timeout)), `${String(limits.memory)} MiB`];
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
  const entries = await api.readList('/page/data/code-sizes');
  return new Map(
    entries.flatMap(({ name, codeBytes }) =>
      typeof codeBytes === 'number' ? [[String(name), codeBytes]] : [],
    ),
  );
}
