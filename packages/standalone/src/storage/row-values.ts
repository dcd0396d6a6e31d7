import type { SQLOutputValue } from 'node:sqlite';
import { StorageError } from './storage-error.js';

/* Columns as types. Tables are STRICT, so that another type than expected means a damaged file. */

/** A row as an array: cheaper than as an object. */
export type Row = readonly SQLOutputValue[];

export function toText(value: SQLOutputValue | undefined): string {
  if (typeof value !== 'string') throw unexpected(value, 'text');
  return value;
}

export function toOptionalText(value: SQLOutputValue | undefined): string | undefined {
  return value === null ? undefined : toText(value);
}

export function toNumber(value: SQLOutputValue | undefined): number {
  if (typeof value !== 'number') throw unexpected(value, 'number');
  return value;
}

export function toOptionalNumber(value: SQLOutputValue | undefined): number | undefined {
  return value === null ? undefined : toNumber(value);
}

export function toBytes(value: SQLOutputValue | undefined): Uint8Array {
  if (!(value instanceof Uint8Array)) throw unexpected(value, 'bytes');
  return value;
}

function unexpected(value: SQLOutputValue | undefined, wanted: string): StorageError {
  return new StorageError(
    'WW_ERR_STORAGE_UNREADABLE',
    `The database is damaged: it holds ${value === null ? 'nothing' : typeof value} where ${wanted} belongs.`,
  );
}
