import { jsonTextByteLength, jsonTextToString, type JsonText } from '@wasmwhisk/json-text';
import type { FunctionType } from '@wasmwhisk/artifact';
import type { ActionResult } from '../activation.js';
import { WasmRuntimeError } from '../errors.js';

/** Longest input, in bytes: room for a thousand numbers, which is the most that a function takes. */
const inputBytesMax = 1024 * 1024;

const numberTypes = new Set(['i32', 'i64', 'f32', 'f64']);

/** Whether an export can be called through the numeric interface: number parameters, at most one number result. */
export function isNumericSignature(signature: FunctionType): boolean {
  return (
    signature.results.length <= 1 &&
    [...signature.params, ...signature.results].every((type) => numberTypes.has(type))
  );
}

/**
 * Reads `{"args": [..]}` for an export with this signature. 64-bit integers are taken from the text
 * as written, so that none is rounded.
 *
 * @throws WasmRuntimeError `WW_ERR_GUEST_INPUT`
 */
export function parseNumericArguments(
  input: JsonText,
  signature: FunctionType,
): (number | bigint)[] {
  // Parsing makes objects of every value, and millions of them would fill the heap, with whole arrays at once.
  if (jsonTextByteLength(input) > inputBytesMax)
    throw new WasmRuntimeError(
      'WW_ERR_GUEST_INPUT',
      `The input is longer than the ${String(inputBytesMax)} bytes that an action of numbers takes.`,
    );
  const parsed: unknown = parseWithSource(jsonTextToString(input), keepSource);
  const args = typeof parsed === 'object' && parsed !== null && 'args' in parsed ? parsed.args : [];
  if (!Array.isArray(args) || args.length !== signature.params.length)
    throw new WasmRuntimeError(
      'WW_ERR_GUEST_INPUT',
      `The action takes ${String(signature.params.length)} numbers in "args" (${signature.params.join(', ')}).`,
    );
  return signature.params.map((type, index) => toCoreNumber(args[index], type, index));
}

/** Makes `{"result": n}` of what the export returned; `{}` of nothing. Floats that JSON lacks become `null`. */
export function toNumericResult(value: unknown, signature: FunctionType): ActionResult {
  if (signature.results.length === 0) return { type: 'ok', json: '{}' };
  const text = typeof value === 'bigint' ? value.toString() : JSON.stringify(value);
  return { type: 'ok', json: `{"result":${text}}` };
}

type SourceReviver = (key: string, value: unknown, context: { source?: string }) => unknown;

/** `JSON.parse` with the source text of primitives, which TypeScript's libraries do not declare yet. */
const parseWithSource = JSON.parse as (text: string, reviver: SourceReviver) => unknown;

/** A number as it was written. */
class NumberSource {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

function keepSource(_key: string, value: unknown, context: { source?: string }): unknown {
  return typeof value === 'number' && context.source !== undefined
    ? new NumberSource(context.source)
    : value;
}

function toCoreNumber(value: unknown, type: string, index: number): number | bigint {
  if (!(value instanceof NumberSource))
    throw new WasmRuntimeError('WW_ERR_GUEST_INPUT', `args[${String(index)}] is not a number.`);
  if (type === 'f32' || type === 'f64') return Number(value.source);
  const bits = type === 'i64' ? 64n : 32n;
  const integer = /^-?\d+$/.test(value.source) ? BigInt(value.source) : undefined;
  if (integer === undefined || integer < -(1n << (bits - 1n)) || integer >= 1n << bits)
    throw new WasmRuntimeError(
      'WW_ERR_GUEST_INPUT',
      `args[${String(index)}] is ${value.source}, which is no ${type}.`,
    );
  return type === 'i64' ? BigInt.asIntN(64, integer) : Number(BigInt.asIntN(32, integer));
}
