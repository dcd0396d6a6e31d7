// @ts-check
import { formatDuration, formatRun } from './format.js';

/**
 * What lists say of an activation, as far as the page uses it.
 *
 * @typedef {object} Activation
 * @property {string} id
 * @property {string} name
 * @property {string | undefined} package
 * @property {string} kind `sequence`, `trigger` or the kind of the action
 * @property {number} startEpochMs
 * @property {number | undefined} durationMs `undefined` for triggers
 * @property {number} waitMs
 * @property {number | undefined} initMs only of cold starts
 * @property {number | undefined} peakMemoryBytes
 * @property {0 | 1 | 2 | 3} statusCode
 */

export const statusWords = /** @type {const} */ ([
  'success',
  'application error',
  'developer error',
  'internal error',
]);

const statusTexts = [
  'success',
  'application error',
  'action developer error',
  'whisk internal error',
];

/**
 * @param {readonly import('./wire.js').KeyValue[]} annotations
 * @param {string} key
 */
export function annotationOf(annotations, key) {
  return annotations.findLast((entry) => entry.key === key)?.value;
}

/**
 * Reads an item of a list, or a whole record: lists have the status as a number, records as a text.
 *
 * @param {import('./wire.js').ActivationDocument} document
 * @returns {Activation}
 */
export function readActivation(document) {
  const { annotations } = document;
  const path = toText(annotationOf(annotations, 'path')).split('/');
  const code = document.statusCode ?? statusTexts.indexOf(document.response?.status ?? '');
  const kind = toText(annotationOf(annotations, 'kind'));
  return {
    id: document.activationId,
    name: document.name,
    package: path.length === 3 ? path[1] : undefined,
    kind: kind === '' && path.length < 2 ? 'trigger' : kind,
    startEpochMs: document.start,
    durationMs: document.duration,
    waitMs: toNumber(annotationOf(annotations, 'waitTime')) ?? 0,
    initMs: toNumber(annotationOf(annotations, 'initTime')),
    peakMemoryBytes: toNumber(annotationOf(annotations, 'peakMemory')),
    statusCode: code === 0 || code === 1 || code === 2 ? code : 3,
  };
}

/**
 * @param {unknown} value
 * @returns {number | undefined}
 */
function toNumber(value) {
  return typeof value === 'number' ? value : undefined;
}

/** @param {unknown} value */
function toText(value) {
  return typeof value === 'string' ? value : '';
}

/** @param {Activation} activation */
export function fullName({ package: inPackage, name }) {
  return inPackage === undefined ? name : `${inPackage}/${name}`;
}

/**
 * Cold or warm, where there is such a thing: sequences and triggers have no container.
 *
 * @param {Activation} activation
 */
export function startKind({ kind, initMs, durationMs }) {
  if (kind === 'sequence' || durationMs === undefined || kind === '') return undefined;
  return initMs === undefined ? 'warm' : 'cold';
}

/** @param {Activation} activation */
export function timesText(activation) {
  const { durationMs, waitMs, initMs } = activation;
  if (durationMs === undefined) return 'no duration';
  const parts = [`${formatRun(durationMs)} in all`];
  if (initMs !== undefined) parts.push(`init ${formatDuration(initMs)}`);
  parts.push(`waited ${formatDuration(waitMs)} before`);
  return parts.join(', ');
}
