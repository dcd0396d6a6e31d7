import {
  JsonSyntaxError,
  jsonTextToBytes,
  scanJson,
  scanMembers,
  toJsonText,
  type JsonSpan,
  type JsonText,
} from '@wasmwhisk/json-text';
import { CliError } from './cli-error.js';

type Pairs = readonly (readonly [name: string, value: string])[];

/**
 * The arguments of an activation as JSON text, never parsed on the way: the members of a file, and
 * those of `-p`, which win. A value that is JSON is taken as such, any other as a string.
 *
 * @param fileText What a parameter file holds; `undefined` for none.
 * @throws CliError `WW_ERR_CLI_FILE_INVALID`, `WW_ERR_CLI_USAGE`
 */
export function buildArguments(fileText: Uint8Array | undefined, pairs: Pairs): JsonText {
  const given = new Map(pairs.map(([name, value]) => [name, toValueText(value)]));
  if (fileText === undefined) return objectText(given);
  const span = scanFile(fileText);
  if (span.kind !== 'object') {
    if (span.kind !== 'array')
      throw new CliError(
        'WW_ERR_CLI_FILE_INVALID',
        `The parameter file holds a JSON ${span.kind}; arguments are an object or an array.`,
      );
    if (given.size > 0)
      throw new CliError(
        'WW_ERR_CLI_USAGE',
        '-p cannot be added to a parameter file that holds an array.',
      );
    return toJsonText(fileText, span);
  }
  if (given.size === 0) return toJsonText(fileText, span);
  const members = new Map<string, string>();
  for (const member of scanMembers(fileText) ?? [])
    members.set(member.name, textOf(fileText.subarray(member.start, member.end)));
  for (const [name, value] of given) members.set(name, value);
  return objectText(members);
}

/** A value given as a word: JSON where it is JSON. */
export function toValueText(word: string): string {
  try {
    const { start, end } = scanJson(jsonTextToBytes(word));
    return textOf(Buffer.from(word).subarray(start, end));
  } catch (error) {
    if (error instanceof JsonSyntaxError) return JSON.stringify(word);
    throw error;
  }
}

function scanFile(text: Uint8Array): JsonSpan {
  try {
    return scanJson(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw new CliError(
      'WW_ERR_CLI_FILE_INVALID',
      `The parameter file is not JSON: ${error.message}.`,
      { cause: error },
    );
  }
}

function objectText(members: ReadonlyMap<string, string>): JsonText {
  const texts = [...members].map(([name, value]) => `${JSON.stringify(name)}:${value}`);
  return toJsonText(Buffer.from(`{${texts.join(',')}}`));
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
