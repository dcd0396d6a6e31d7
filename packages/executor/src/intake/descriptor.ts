import { isUtf8 } from 'node:buffer';
import { suggestName } from '../config/near-name.js';
import type { Archive } from './archive.js';
import { IntakeError } from './intake-error.js';

/** Name of the descriptor at the top of an archive. */
export const descriptorPath = 'wasmwhisk.json';

const descriptorBytesMax = 64 * 1024;

/**
 * What an archive says about itself in `wasmwhisk.json`: `module` is the path of the entry, `main` the
 * export to call, and the rest asks for capabilities, which the operator's policy grants or not.
 */
export interface Descriptor {
  readonly module?: string;
  readonly main?: string;
  readonly directories?: readonly string[];
  readonly netAccess?: boolean;
  readonly runtime?: string;
}

const textLengthMax = 1024;
const directoriesMax = 64;

/** What is wrong with a key's value; `undefined` when nothing is. */
const checks: Readonly<Record<keyof Descriptor, (value: unknown) => string | undefined>> = {
  module: checkText,
  main: checkText,
  directories: checkTexts,
  netAccess: (value) => (typeof value === 'boolean' ? undefined : ' must be a boolean'),
  runtime: checkText,
};

/**
 * Reads the archive's descriptor, if it has one.
 *
 * @throws IntakeError `descriptor-invalid`, which names the key that is wrong; `archive-malformed`
 */
export function readDescriptor(archive: Archive): Descriptor | undefined {
  const file = archive.find(({ path }) => path === descriptorPath);
  if (file === undefined) return undefined;
  if (file.size > descriptorBytesMax)
    throw invalid(`is longer than ${String(descriptorBytesMax)} bytes`);
  const value = parse(file.read());
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid('is not a JSON object');
  const keys = Object.keys(checks) as (keyof Descriptor)[];
  for (const [key, given] of Object.entries(value)) {
    const known = keys.find((name) => name === key);
    if (known === undefined)
      throw invalid(
        `has the unknown key ${JSON.stringify(key.slice(0, 80))}${suggestName(key, keys)}`,
      );
    const fault = checks[known](given);
    if (fault !== undefined) throw invalid(`is wrong at ${known}${fault}`);
  }
  // Every key was checked against its type.
  return value;
}

function checkText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= textLengthMax
    ? undefined
    : ` must be a text of 1 to ${String(textLengthMax)} characters`;
}

function checkTexts(value: unknown): string | undefined {
  if (!Array.isArray(value) || value.length > directoriesMax)
    return ` must be a list of at most ${String(directoriesMax)} texts`;
  const wrong = value.findIndex((item) => checkText(item) !== undefined);
  return wrong < 0 ? undefined : `/${String(wrong)}${checkText(value[wrong]) ?? ''}`;
}

function parse(bytes: Uint8Array): unknown {
  if (!isUtf8(bytes)) throw invalid('is no valid UTF-8');
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    throw invalid(`is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function invalid(what: string): IntakeError {
  return new IntakeError('descriptor-invalid', `The archive's ${descriptorPath} ${what}.`);
}
