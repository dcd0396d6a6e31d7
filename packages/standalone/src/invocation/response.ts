import { toRunFailure } from '@wasmwhisk/executor';
import {
  cutMembers,
  jsonTextByteLength,
  jsonTextToBytes,
  jsonTextToString,
  scanMembers,
  type JsonText,
} from '@wasmwhisk/json-text';
import { toAnswerBody, type GuestAnswer } from '@wasmwhisk/protocol';
import { isWasmRuntimeError } from '@wasmwhisk/runtime';
import type { ActivationRecord, StatusCode } from '../entities/activation-record.js';

/** How an activation ended: the members of its record that say so. */
export type ActivationResponse = Pick<
  ActivationRecord,
  'statusCode' | 'resultJson' | 'resultBytes' | 'platformError'
>;

/**
 * An error that is ours to word: `{"error": text}`.
 *
 * @param shown What strangers are told of it, who call a web action. Default: all.
 */
export function toErrorResponse(
  statusCode: StatusCode,
  text: string,
  shown: string = text,
): ActivationResponse {
  return {
    statusCode,
    resultJson: `{"error":${JSON.stringify(text)}}`,
    resultBytes: undefined,
    platformError: shown,
  };
}

/**
 * What a guest answered, as OpenWhisk reads it: an object with the key `error` is an application error,
 * of which nothing but that error remains.
 */
export function toAnswerResponse(answer: GuestAnswer, resultBytesMax: number): ActivationResponse {
  const body = toAnswerBody(answer, 'plain');
  const bytes = jsonTextByteLength(body);
  if (bytes > resultBytesMax) return toTooLong(body, bytes, resultBytesMax);
  const errorJson = errorOf(body);
  return {
    statusCode: errorJson === undefined ? 0 : 1,
    resultJson: errorJson === undefined ? jsonTextToString(body) : `{"error":${errorJson}}`,
    resultBytes: bytes,
  };
}

/** A run that failed. */
export interface RunFailure {
  readonly response: ActivationResponse;
  /** It exceeded its time limit. */
  readonly timedOut: boolean;
  readonly peakMemoryBytes: number | undefined;
  /** Our fault, and not the guest's. */
  readonly internal: boolean;
  /** The container may be the cause, and is not used again. */
  readonly broken: boolean;
  /** A thread took it; else all of its time was spent on waiting for one. */
  readonly began: boolean;
}

/**
 * Makes the response of what a container's `run` threw.
 *
 * @param timeoutMs The action's limit.
 * @param memoryMiB The action's limit.
 */
export function toFailedRun(error: unknown, timeoutMs: number, memoryMiB: number): RunFailure {
  const { internal, text } = toRunFailure(error);
  if (!isWasmRuntimeError(error)) return toRunFailureOf(3, text, { internal: true, broken: true });
  const { peakMemoryBytes } = error.details;
  switch (error.code) {
    case 'WW_ERR_RUN_TIMEOUT':
      return toRunFailureOf(
        2,
        `The action exceeded its time limits of ${String(timeoutMs)} milliseconds.`,
        { timedOut: true, peakMemoryBytes },
      );
    case 'WW_ERR_RUN_MEMORY_LIMIT':
      return toRunFailureOf(
        2,
        `The action exhausted its memory, of which it may have ${String(memoryMiB)} MiB: ${error.message}`,
        { peakMemoryBytes },
      );
    case 'WW_ERR_RESULT_TOO_LARGE':
      return toRunFailureOf(1, error.message, { peakMemoryBytes });
    case 'WW_ERR_RUN_ABORTED':
      return toRunFailureOf(3, error.message, { internal: true, broken: true });
    case 'WW_ERR_RUNTIME_SATURATED':
      return toRunFailureOf(3, text, { internal: true, began: false });
    default:
      return toRunFailureOf(internal ? 3 : 2, text, {
        internal,
        broken: internal,
        peakMemoryBytes,
      });
  }
}

function toRunFailureOf(
  statusCode: StatusCode,
  text: string,
  facts: Partial<Omit<RunFailure, 'response'>>,
): RunFailure {
  return {
    response: toErrorResponse(statusCode, text),
    timedOut: facts.timedOut ?? false,
    peakMemoryBytes: facts.peakMemoryBytes,
    internal: facts.internal ?? false,
    broken: facts.broken ?? false,
    began: facts.began ?? true,
  };
}

/** As OpenWhisk's, with the first bytes. */
function toTooLong(body: JsonText, bytes: number, resultBytesMax: number): ActivationResponse {
  // A character that is cut in two would become one that was never there.
  const kept = new TextDecoder().decode(jsonTextToBytes(body).subarray(0, resultBytesMax), {
    stream: true,
  });
  const text = `The action produced a response that exceeded the allowed length: ${String(bytes)} > ${String(resultBytesMax)} bytes.`;
  return toErrorResponse(1, `${text} The truncated response was: ${kept}`, text);
}

/** The value of the key `error`, as it was written; `undefined` when there is none. */
function errorOf(body: JsonText): string | undefined {
  if (typeof body === 'string') {
    // A name with escapes may mean `error` too, so only a text without any is known by this.
    if (!body.includes('"error"') && !body.includes('\\')) return undefined;
    const cut = cutMembers(body);
    if (cut !== undefined) return cut.findLast(({ name }) => name === 'error')?.source;
  }
  const bytes = jsonTextToBytes(body);
  const member = scanMembers(bytes)?.findLast(({ name }) => name === 'error');
  return member === undefined
    ? undefined
    : Buffer.from(
        bytes.buffer,
        bytes.byteOffset + member.start,
        member.end - member.start,
      ).toString('utf8');
}
