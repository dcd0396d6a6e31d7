import type { ArtifactFormat } from '@wasmwhisk/artifact';
import {
  JsonSyntaxError,
  jsonTextByteLength,
  scanJson,
  scanMembers,
  toJsonText,
  type JsonText,
} from '@wasmwhisk/json-text';
import type { ActionResult } from '../activation.js';
import { WasmRuntimeError } from '../errors.js';
import type { LogSink } from '../log-sink.js';

/** What OpenWhisk's own runtimes say; the wire carries this text as it is. */
const notADictionary = 'The action did not return a dictionary or array.';

/** How much of a bad result is shown in the developer's log. */
const shownBytesMax = 16 * 1024;

/** What every result is checked against. */
export interface ResultRules {
  /** Longest result in bytes of JSON text. */
  readonly resultBytes: number;
  /** Receives a result that is refused, on stderr, so that its developer sees what was returned. */
  readonly logs: LogSink;
}

/**
 * Checks plain JSON that a guest returned: one object or array. Nothing at all (or white space)
 * means a guest that finished normally and returned nothing, which is `{}`.
 *
 * @throws WasmRuntimeError `WW_ERR_RESULT_INVALID`, `WW_ERR_RESULT_TOO_LARGE`
 */
export function toPlainResult(bytes: Uint8Array, rules: ResultRules): ActionResult {
  if (isBlank(bytes)) return { type: 'ok', json: '{}' };
  assertSize(bytes.length, rules);
  try {
    const span = scanJson(bytes);
    if (span.kind === 'object' || span.kind === 'array')
      return { type: 'ok', json: toJsonText(bytes, span) };
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw refuse(bytes, rules, error);
  }
  throw refuse(bytes, rules);
}

/**
 * Reads the first buffer form's result, `{"Ok": x}` or `{"Err": e}`, and cuts the value out
 * unparsed. `x` must be an object or array; `e` may be any JSON.
 *
 * @throws WasmRuntimeError `WW_ERR_RESULT_INVALID`, `WW_ERR_RESULT_TOO_LARGE`
 */
export function toTaggedResult(bytes: Uint8Array, rules: ResultRules): ActionResult {
  assertSize(bytes.length, rules);
  try {
    // One is right, two are wrong, and ten million would fill the thread's heap.
    const members = scanMembers(bytes, 1);
    const [member] = members ?? [];
    if (member !== undefined && members?.length === 1) {
      if (member.name === 'Err')
        return { type: 'application-error', json: toJsonText(bytes, member) };
      if (member.name === 'Ok' && (member.kind === 'object' || member.kind === 'array'))
        return { type: 'ok', json: toJsonText(bytes, member) };
    }
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw refuse(bytes, rules, error);
  }
  throw refuse(bytes, rules);
}

/**
 * Longest text that is given to a guest as one argv entry. Modules: 128 KiB, Linux's own bound
 * (`MAX_ARG_STRLEN`). Components: 32 KiB, because the adapter inside those that were made of a module keeps
 * all arguments in less than 64 KiB, and traps when they are longer.
 */
export const argumentBytesMax: Readonly<Record<ArtifactFormat, number>> = {
  module: 128 * 1024,
  component: 32 * 1024,
};

/** Whether the arguments fit into one argv entry of a guest of this format. */
export function fitsArgument(input: JsonText, format: ArtifactFormat): boolean {
  return jsonTextByteLength(input) < argumentBytesMax[format];
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09);
}

function assertSize(length: number, rules: ResultRules): void {
  if (length > rules.resultBytes)
    throw new WasmRuntimeError(
      'WW_ERR_RESULT_TOO_LARGE',
      `The action returned ${String(length)} bytes; the limit is ${String(rules.resultBytes)}. ` +
        'Return less, or ask the operator to raise the result limit.',
    );
}

function refuse(bytes: Uint8Array, rules: ResultRules, cause?: unknown): WasmRuntimeError {
  rules.logs.write('stderr', bytes.subarray(0, shownBytesMax));
  rules.logs.write('stderr', Uint8Array.of(0x0a));
  return new WasmRuntimeError('WW_ERR_RESULT_INVALID', notADictionary, { cause });
}
