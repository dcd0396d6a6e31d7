import { connect, type Socket } from 'node:net';

/**
 * An HTTP client over bare sockets, so that tests see every byte of an answer. It reads as the
 * invoker's client does: an answer without `Content-Length` is none.
 */

/** One answer, byte by byte. */
export interface RawAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  /** Status line and headers as they were sent. */
  readonly head: string;
  readonly body: Buffer;
  readonly text: string;
  json(): unknown;
}

/** A request in progress. */
export interface Call {
  readonly socket: Socket;
  readonly answer: Promise<RawAnswer>;
  /** Closes the connection, as a caller does that gave up. */
  drop(): void;
}

export interface RawRequest {
  readonly method?: string;
  readonly path: string;
  readonly body?: string | Buffer;
  /** Beside or in place of those of `invokerHeaders`; `undefined` leaves one out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** What the invoker's client sends with each request. */
export const invokerHeaders = {
  Accept: 'application/json',
  'Content-Type': 'application/json',
  Connection: 'Keep-Alive',
  'User-Agent': 'Apache-HttpClient/4.5.5 (Java/17.0.15)',
  'Accept-Encoding': 'gzip,deflate',
} as const;

/** The bytes of a request as the invoker's client writes it. */
export function requestBytes(port: number, request: RawRequest): Buffer {
  const body = Buffer.from(request.body ?? '');
  const headers: Record<string, string | undefined> = {
    ...invokerHeaders,
    Host: `127.0.0.1:${String(port)}`,
    'Content-Length': String(body.length),
    ...request.headers,
  };
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}\r\n`],
  );
  const head = `${request.method ?? 'POST'} ${request.path} HTTP/1.1\r\n${lines.join('')}\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

/** Sends a request on a connection of its own, which is closed after the answer. */
export function startCall(port: number, request: RawRequest): Call {
  const connection = openConnection(port);
  connection.socket.write(requestBytes(port, request));
  const answer = connection.next().finally(() => connection.socket.destroy());
  // A test that drops the call never looks at its answer.
  answer.catch(() => undefined);
  return { socket: connection.socket, answer, drop: () => connection.socket.destroy() };
}

export async function call(port: number, request: RawRequest): Promise<RawAnswer> {
  return startCall(port, request).answer;
}

/** A connection on which several answers may come. */
export interface Connection {
  readonly socket: Socket;
  /** The next answer; rejects when the connection ends before it is complete. */
  next(): Promise<RawAnswer>;
  /** Resolves when the other side has closed. */
  readonly closed: Promise<void>;
}

export function openConnection(port: number): Connection {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let chunks: Buffer[] = [];
  let received = 0;
  let wanted = 0;
  let ended: Error | undefined;
  let wake = (): void => undefined;
  socket.on('data', (chunk) => {
    chunks.push(chunk);
    received += chunk.length;
    if (received >= wanted) wake();
  });
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      ended ??= new Error('the connection was closed');
      wake();
      resolve();
    });
  });
  socket.on('error', (error) => {
    ended = error;
  });
  socket.on('end', () => socket.end());

  const next = async (): Promise<RawAnswer> => {
    for (;;) {
      const bytes = Buffer.concat(chunks);
      const parsed = parseAnswer(bytes);
      if (parsed.type === 'complete') {
        const rest = bytes.subarray(parsed.length);
        chunks = rest.length > 0 ? [rest] : [];
        received = rest.length;
        return parsed.answer;
      }
      chunks = [bytes];
      wanted = parsed.bytes;
      if (ended !== undefined)
        throw new Error(
          `${ended.message} after ${String(bytes.length)} bytes: ${bytes.subarray(0, 200).toString()}`,
          { cause: ended },
        );
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { socket, next, closed };
}

type Parsed =
  | { readonly type: 'complete'; readonly length: number; readonly answer: RawAnswer }
  | { readonly type: 'incomplete'; readonly bytes: number };

/** @throws Error for an answer that an invoker would take for none. */
function parseAnswer(bytes: Buffer): Parsed {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return { type: 'incomplete', bytes: bytes.length + 1 };
  const head = bytes.subarray(0, headEnd).toString('latin1');
  const [statusLine = '', ...headerLines] = head.split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1]);
  if (Number.isNaN(status)) throw new Error(`no status line: ${statusLine}`);
  const headers = new Map(
    headerLines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  const length = headers.get('content-length');
  if (length === undefined || headers.has('transfer-encoding') || headers.has('content-encoding'))
    throw new Error(`an invoker would read this as no answer:\n${head}`);
  const end = headEnd + 4 + Number(length);
  if (bytes.length < end) return { type: 'incomplete', bytes: end };
  const body = bytes.subarray(headEnd + 4, end);
  const text = body.toString();
  return {
    type: 'complete',
    length: end,
    answer: { status, headers, head, body, text, json: () => JSON.parse(text) as unknown },
  };
}
