/**
 * Who has to act. OpenWhisk's own axis: it reads 200 with an `error` field as an application error
 * (a value here, see `ActionResult`), and any other status as the action developer's.
 */
export type Blame = 'developer' | 'caller' | 'internal';

/** Every error that a runtime or a runner may throw, who is to blame, and what it means. Codes are never reused. */
export const wasmRuntimeErrors = {
  WW_ERR_ARTIFACT_INVALID: { blame: 'developer', summary: 'The bytes are no valid WebAssembly.' },
  WW_ERR_ARTIFACT_FOREIGN: {
    blame: 'developer',
    summary: 'The bytes are code precompiled for another engine.',
  },
  WW_ERR_ARTIFACT_UNTRUSTED: {
    blame: 'developer',
    summary: 'The bytes are precompiled code that no key of the operator signs.',
  },
  WW_ERR_ARTIFACT_UNSUPPORTED: {
    blame: 'developer',
    summary:
      'The artifact is valid, but offers no guest interface that is served, or needs what is not (shared memory).',
  },
  WW_ERR_GUEST_COMPILE: {
    blame: 'developer',
    summary: 'The engine refused to compile the artifact.',
  },
  WW_ERR_GUEST_LINK: { blame: 'developer', summary: 'An import of the guest cannot be provided.' },
  WW_ERR_GUEST_EXPORT_MISSING: {
    blame: 'developer',
    summary: 'The guest lacks an export that its interface or `main` needs.',
  },
  WW_ERR_GUEST_INPUT: {
    blame: 'developer',
    summary: 'The arguments do not fit the guest interface (numeric exports take numbers).',
  },
  WW_ERR_GUEST_TRAP: { blame: 'developer', summary: 'A Wasm trap stopped the guest.' },
  WW_ERR_GUEST_EXIT: { blame: 'developer', summary: 'The guest ended with a non-zero exit code.' },
  WW_ERR_RUN_TIMEOUT: {
    blame: 'developer',
    summary: 'The deadline passed before the guest was done.',
  },
  WW_ERR_RUN_MEMORY_LIMIT: {
    blame: 'developer',
    summary: 'The guest needs more memory than its limit.',
  },
  WW_ERR_RUN_ABORTED: {
    blame: 'caller',
    summary: 'The run was ended because its caller went away or its container was destroyed.',
  },
  WW_ERR_RUN_LOST: {
    blame: 'developer',
    summary:
      'The worker thread ended under the run: another run of the same unit of trust had to be stopped.',
  },
  WW_ERR_CAPABILITY_DENIED: {
    blame: 'developer',
    summary: 'The guest needs a capability that the operator does not grant.',
  },
  WW_ERR_RESULT_INVALID: {
    blame: 'developer',
    summary: 'The result is not one JSON object or array.',
  },
  WW_ERR_RESULT_TOO_LARGE: { blame: 'developer', summary: 'The result is longer than the limit.' },
  WW_ERR_RUNTIME_UNAVAILABLE: {
    blame: 'internal',
    summary: 'The runtime is not installed here or could not be loaded.',
  },
  WW_ERR_RUNTIME_SATURATED: {
    blame: 'internal',
    summary: 'Too many runs are waiting to begin.',
  },
  WW_ERR_RUNTIME_INTERNAL: { blame: 'internal', summary: 'A fault of wasmwhisk itself.' },
} as const;

export type WasmRuntimeErrorCode = keyof typeof wasmRuntimeErrors;

/** Wasmtime's closed list of trap codes, in kebab-case; `unknown` where an engine does not tell. */
export const trapCodes = [
  'stack-overflow',
  'memory-out-of-bounds',
  'heap-misaligned',
  'table-out-of-bounds',
  'indirect-call-to-null',
  'bad-signature',
  'integer-overflow',
  'integer-division-by-zero',
  'bad-conversion-to-integer',
  'unreachable-code-reached',
  'interrupt',
  'out-of-fuel',
  'atomic-wait-non-shared-memory',
  'null-reference',
  'array-out-of-bounds',
  'allocation-too-large',
  'cast-failure',
  'cannot-enter-component',
  'unhandled-exception',
  'unknown',
] as const;

export type TrapCode = (typeof trapCodes)[number];

/** Facts beside the message, plain data so that they cross threads. */
export interface WasmRuntimeErrorDetails {
  readonly trap?: TrapCode;
  readonly exitCode?: number;
  /** Wasm frames, innermost first, one line each: `function-name (module+0xOFFSET)`. */
  readonly backtrace?: readonly string[];
  readonly peakMemoryBytes?: number;
}

/** A failure that a code names. `message` says what, which and what to do; `cause` keeps the origin. */
export class WasmRuntimeError extends Error {
  override readonly name = 'WasmRuntimeError';
  readonly code: WasmRuntimeErrorCode;
  readonly details: WasmRuntimeErrorDetails;

  constructor(
    code: WasmRuntimeErrorCode,
    message: string,
    options: { readonly details?: WasmRuntimeErrorDetails; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }

  get blame(): Blame {
    return wasmRuntimeErrors[this.code].blame;
  }
}

/** Guards by shape, not by class: holds across copies of this package and across threads. */
export function isWasmRuntimeError(error: unknown): error is WasmRuntimeError {
  return (
    error instanceof Error &&
    error.name === 'WasmRuntimeError' &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code in wasmRuntimeErrors
  );
}
