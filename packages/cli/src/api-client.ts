import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isThisMachine, type ApiTarget } from './api-target.js';
import { CliError, messageOf, systemCode } from './cli-error.js';

/** An answer of OpenWhisk that reports success. */
export interface ApiAnswer {
  readonly status: number;
  readonly text: string;
}

export interface ApiRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Below `/api/v1/`, already percent-encoded. */
  readonly path: string;
  readonly body?: string;
  /** Told how much of the body has left, from 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

const tooLargeHint =
  'OpenWhisk takes up to 48 MiB of base64, which is 36 MiB of zip; strip the module of names and debugging information.';

const chunkBytes = 256 * 1024;
/** An answer is a document; more than this is none that we asked for. */
const answerBytesMax = 256 * 1024 * 1024;
/** Nothing moved for so long: the other side is gone. */
const silenceMs = 120_000;

/**
 * Sends one request to OpenWhisk.
 *
 * @throws CliError `WW_ERR_CLI_UNREACHABLE` when nothing answers, or not as OpenWhisk does;
 *   `WW_ERR_CLI_CREDENTIALS` (401, 403), `WW_ERR_CLI_ENTITY_EXISTS` (409), `WW_ERR_CLI_API_FAILED` (429, 5xx),
 *   `WW_ERR_CLI_REFUSED` of any other status
 */
export async function callApi(target: ApiTarget, request: ApiRequest): Promise<ApiAnswer> {
  let answer: ApiAnswer;
  try {
    answer = await send(target, request);
  } catch (error) {
    throw toUnreachable(target, request, error);
  }
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw toRefusal(target, answer);
}

function send(
  { url, authKey }: ApiTarget,
  { method, path, body, onProgress }: ApiRequest,
): Promise<ApiAnswer> {
  const bytes = body === undefined ? undefined : Buffer.from(body);
  const { promise, resolve, reject } = Promise.withResolvers<ApiAnswer>();
  const send = url.startsWith('https:') ? requestHttps : requestHttp;
  const outgoing = send(
    `${url}/api/v1/${path}`,
    {
      method,
      timeout: silenceMs,
      headers: {
        authorization: `Basic ${Buffer.from(authKey).toString('base64')}`,
        accept: 'application/json',
        'user-agent': 'wasmwhisk',
        ...(bytes === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': bytes.length }),
      },
    },
    (incoming) => {
      readAll(incoming).then((text) => {
        resolve({ status: incoming.statusCode ?? 0, text });
        // A refusal may come before all is sent: what is left is not worth sending.
        outgoing.destroy();
      }, reject);
    },
  );
  outgoing.on('timeout', () => {
    outgoing.destroy(new Error(`nothing came back for ${String(silenceMs / 1000)} s`));
  });
  // Once there is an answer, an error of the sending half changes nothing.
  outgoing.on('error', reject);
  let sent = 0;
  const push = (): void => {
    while (bytes !== undefined && sent < bytes.length) {
      const chunk = bytes.subarray(sent, sent + chunkBytes);
      sent += chunk.length;
      onProgress?.(sent / bytes.length);
      if (!outgoing.write(chunk)) return;
    }
    outgoing.off('drain', push);
    outgoing.end();
  };
  outgoing.on('drain', push);
  push();
  return promise;
}

async function readAll(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > answerBytesMax) throw new Error('the answer does not end');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A connection that was closed under a body this long was most likely closed because of it. */
const suspectBytes = 1024 * 1024;

function toUnreachable({ url }: ApiTarget, { body }: ApiRequest, error: unknown): CliError {
  const code = systemCode(error);
  // Whoever refuses before all has arrived may close at once, and the refusal is lost on its way.
  if ((code === 'EPIPE' || code === 'ECONNRESET') && (body?.length ?? 0) > suspectBytes)
    return new CliError(
      'WW_ERR_CLI_UNREACHABLE',
      `${url} closed the connection during the upload.`,
      {
        hint: tooLargeHint,
        cause: error,
      },
    );
  const reason = code === 'ECONNREFUSED' ? 'the connection is refused' : messageOf(error);
  return new CliError('WW_ERR_CLI_UNREACHABLE', `No OpenWhisk answers at ${url}: ${reason}.`, {
    hint: isThisMachine(new URL(url))
      ? "Start one in another terminal with 'wasmwhisk standalone', or say where it is with --apihost."
      : 'Say where it is with --apihost; without http:// before it HTTPS is meant.',
    cause: error,
  });
}

function toRefusal({ url, authSource }: ApiTarget, { status, text }: ApiAnswer): CliError {
  const reason = errorOf(text);
  const said = `${url} answers ${String(status)}${reason === undefined ? '' : `: ${reason}`}`;
  const message = /[.!?]$/.test(said) ? said : `${said}.`;
  switch (status) {
    case 401:
      return new CliError('WW_ERR_CLI_CREDENTIALS', message, {
        hint: `The key came from ${authSource}; give another one with --auth. 'wasmwhisk user get NAME' prints that of a standalone OpenWhisk.`,
      });
    case 403:
      return new CliError('WW_ERR_CLI_CREDENTIALS', message);
    case 409:
      return new CliError('WW_ERR_CLI_ENTITY_EXISTS', message);
    case 413:
      return new CliError('WW_ERR_CLI_REFUSED', message, {
        hint: tooLargeHint,
      });
    default:
      return reason === undefined
        ? new CliError('WW_ERR_CLI_UNREACHABLE', message, {
            hint: 'That is not how OpenWhisk answers; is --apihost right?',
          })
        : new CliError(
            status === 429 || status >= 500 ? 'WW_ERR_CLI_API_FAILED' : 'WW_ERR_CLI_REFUSED',
            message,
          );
  }
}

/** The reason in the body of a refusal. */
function errorOf(text: string): string | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' &&
      body !== null &&
      'error' in body &&
      typeof body.error === 'string'
      ? body.error
      : undefined;
  } catch {
    return undefined;
  }
}
