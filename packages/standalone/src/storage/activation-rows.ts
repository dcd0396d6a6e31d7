import type { SQLInputValue } from 'node:sqlite';
import type {
  AcceptedActivation,
  ActivationRecord,
  StatusCode,
} from '../entities/activation-record.js';
import type { KeyValue } from '../entities/key-value.js';
import {
  toBytes,
  toNumber,
  toOptionalNumber,
  toOptionalText,
  toText,
  type Row,
} from './row-values.js';
import type { ActivationQuery, ActivationSummary } from './stores.js';

/* Activations as rows and back. Ids are 16 bytes in the database: half as long, in an index of every record. */

const summaryColumns =
  'activation_id, namespace, name, package, start, end, subject, version, cause, duration, status, annotations';
const allColumns = `${summaryColumns}, result_bytes, result, logs`;

const conditions = {
  all: 'namespace = ? AND start >= ? AND start <= ?',
  // `IS` finds the absence of a package too.
  named: 'namespace = ? AND name = ? AND package IS ? AND start >= ? AND start <= ?',
  // Looks at every record of the name, and sorts them: asked only where there may be a binding.
  bound:
    'namespace = ? AND name = ? AND (package = ? OR instr(annotations, ?) > 0) AND start >= ? AND start <= ?',
} as const;

/** The SQL of a list or count; its parameters are `queryParameters`, then limit and offset of a list. */
export function toActivationSql(form: 'list' | 'count', query: ActivationQuery): string {
  const condition = conditions[conditionOf(query)];
  if (form === 'count') return `SELECT count(*) FROM activations WHERE ${condition}`;
  return `SELECT ${summaryColumns} FROM activations WHERE ${condition}
    ORDER BY start DESC, sequence DESC LIMIT ? OFFSET ?`;
}

function conditionOf({ name, throughBinding }: ActivationQuery): keyof typeof conditions {
  if (name === undefined) return 'all';
  return throughBinding === true && name.includes('/') ? 'bound' : 'named';
}

export function queryParameters(query: ActivationQuery): readonly SQLInputValue[] {
  const { namespace, name } = query;
  const since = query.sinceEpochMs ?? Number.MIN_SAFE_INTEGER;
  const upto = query.uptoEpochMs ?? Number.MAX_SAFE_INTEGER;
  if (name === undefined) return [namespace, since, upto];
  const slash = name.indexOf('/');
  if (slash === -1) return [namespace, name, null, since, upto];
  const parameters = [namespace, name.slice(slash + 1), name.slice(0, slash)];
  return query.throughBinding === true
    ? [...parameters, bindingEnd(name.slice(0, slash)), since, upto]
    : [...parameters, since, upto];
}

/**
 * How the annotations of a record end that was invoked through a binding, of whichever namespace: `binding`
 * is the last one, and no other that may be last has a slash.
 */
function bindingEnd(name: string): string {
  return String.raw`/${name}\""}]`;
}

export const activationSql = {
  insert: `INSERT INTO activations (${allColumns}) VALUES (${allColumns.replaceAll(/\w+/g, '?')})`,
  find: `SELECT ${allColumns} FROM activations WHERE activation_id = ? AND namespace = ?`,
  isStored: 'SELECT 1 FROM activations WHERE activation_id = ?',
  accept: 'REPLACE INTO accepted_activations (activation_id, document) VALUES (?, ?)',
  forget: 'DELETE FROM accepted_activations WHERE activation_id = ?',
  leftOver: 'SELECT document FROM accepted_activations',
  forgetAll: 'DELETE FROM accepted_activations',
} as const;

/** @throws TypeError of an id that is not 32 lower-case hex digits, which nobody should let through */
export function toIdBytes(activationId: string): Uint8Array {
  const bytes = Buffer.from(activationId, 'hex');
  if (!isId(activationId, bytes))
    throw new TypeError(
      `"${activationId}" is no activation id: it needs 32 lower-case hex digits.`,
    );
  return bytes;
}

/** The bytes of an id; `undefined` of a text that is none, which no record can have. */
export function findIdBytes(activationId: string): Uint8Array | undefined {
  const bytes = Buffer.from(activationId, 'hex');
  return isId(activationId, bytes) ? bytes : undefined;
}

/** Decoding stops at the first wrong digit, and takes upper case too. */
function isId(activationId: string, bytes: Buffer): boolean {
  return bytes.length === 16 && bytes.toString('hex') === activationId;
}

/** The parameters of `activationSql.insert`. */
export function toRow(record: ActivationRecord): readonly SQLInputValue[] {
  return [
    toIdBytes(record.activationId),
    record.namespace,
    record.name,
    record.package ?? null,
    record.startEpochMs,
    record.endEpochMs ?? null,
    record.subject,
    record.version,
    record.cause === undefined ? null : toIdBytes(record.cause),
    record.durationMs ?? null,
    record.statusCode,
    JSON.stringify(record.annotations),
    record.resultBytes ?? null,
    record.resultJson ?? null,
    JSON.stringify(record.logs),
  ];
}

export function fromSummaryRow(row: Row): ActivationSummary {
  const cause = row[8];
  return {
    activationId: toIdText(row[0]),
    namespace: toText(row[1]),
    name: toText(row[2]),
    package: toOptionalText(row[3]),
    startEpochMs: toNumber(row[4]),
    endEpochMs: toOptionalNumber(row[5]),
    subject: toText(row[6]),
    version: toText(row[7]),
    cause: cause === null ? undefined : toIdText(cause),
    durationMs: toOptionalNumber(row[9]),
    statusCode: toNumber(row[10]) as StatusCode,
    annotations: JSON.parse(toText(row[11])) as readonly KeyValue[],
  };
}

export function fromRow(row: Row): ActivationRecord {
  return {
    ...fromSummaryRow(row),
    resultBytes: toOptionalNumber(row[12]),
    resultJson: toOptionalText(row[13]),
    logs: JSON.parse(toText(row[14])) as readonly string[],
  };
}

function toIdText(value: Row[number] | undefined): string {
  const { buffer, byteOffset, byteLength } = toBytes(value);
  return Buffer.from(buffer, byteOffset, byteLength).toString('hex');
}

/** What is noted of an accepted activation. */
export function toAcceptedDocument(activation: AcceptedActivation): string {
  return JSON.stringify(activation);
}

/** The record of an activation that was accepted by a server which ended before it did. */
export function toLostRecord(document: string): ActivationRecord {
  // Our own text: what was written was typed. Members that were undefined are missing.
  const accepted = JSON.parse(document) as AcceptedActivation;
  return {
    activationId: accepted.activationId,
    namespace: accepted.namespace,
    subject: accepted.subject,
    name: accepted.name,
    package: accepted.package,
    version: accepted.version,
    cause: accepted.cause,
    startEpochMs: accepted.startEpochMs,
    endEpochMs: accepted.startEpochMs,
    durationMs: 0,
    statusCode: 3,
    resultJson: lostResult,
    resultBytes: undefined,
    logs: [],
    annotations: accepted.annotations,
  };
}

const lostResult = JSON.stringify({
  error:
    'The server ended before the activation did. It is not run again: nobody knows how far it came.',
});
