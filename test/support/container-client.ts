import { call, startCall, type Call, type RawAnswer } from './raw-http.js';

/** What `/init` is sent under `value`. */
export interface InitFields {
  /** Bytes are sent as base64, text as it is. */
  readonly code?: Buffer | string | null;
  /** Default: what an invoker computes, true for bytes. */
  readonly binary?: boolean;
  readonly main?: string;
  readonly name?: string;
  readonly env?: Readonly<Record<string, unknown>> | null;
  readonly annotations?: Readonly<Record<string, unknown>>;
}

/** Speaks `/init` and `/run` to one container. */
export interface ContainerClient {
  readonly port: number;
  readonly prefix: string;
  init(fields: InitFields): Promise<RawAnswer>;
  /** Runs with these arguments; `context` is what stands beside `value`. */
  run(value?: unknown, context?: Readonly<Record<string, unknown>>): Promise<RawAnswer>;
  startRun(value?: unknown, context?: Readonly<Record<string, unknown>>): Call;
  /** Posts a body as it is. */
  post(path: string, body: string | Buffer): Promise<RawAnswer>;
}

export function initBody(fields: InitFields): string {
  const { code, ...others } = fields;
  const value = {
    binary: Buffer.isBuffer(code),
    ...others,
    ...(code === undefined ? {} : { code: Buffer.isBuffer(code) ? code.toString('base64') : code }),
  };
  return JSON.stringify({ value });
}

export function runBody(value: unknown, context: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ ...context, value });
}

/** `prefix`: empty for a container that has the port to itself, else `/<id>`. */
export function containerClient(port: number, prefix = ''): ContainerClient {
  const startRun: ContainerClient['startRun'] = (value, context) =>
    startCall(port, { path: `${prefix}/run`, body: runBody(value, context) });
  return {
    port,
    prefix,
    init: (fields) => call(port, { path: `${prefix}/init`, body: initBody(fields) }),
    run: (value, context) => startRun(value, context).answer,
    startRun,
    post: (path, body) => call(port, { path: `${prefix}${path}`, body }),
  };
}
