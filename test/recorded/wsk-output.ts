import { isObject } from './reply-fields.js';
import { invokedLine, parseCommand, type Exchange, type WskCommand } from './wsk-command.js';
import { printSuccess, type Printed } from './wsk-lines.js';

/* How `wsk` reads replies: found by observing it, and written as pure functions. */

/** What `wsk` leaves on the terminal. */
export interface WskOutput extends Printed {
  readonly exit: number;
  readonly stream: 'stdout' | 'stderr';
}

/** What `wsk` prints and exits with. Exit codes beyond a byte stand as `wsk` passes them: 202, 246. */
export function readOutput(commandText: string, exchanges: readonly Exchange[]): WskOutput {
  const command = parseCommand(commandText);
  const failed = exchanges.find((exchange) => isFailure(command, exchange));
  if (failed !== undefined) return printFailure(command, failed);
  const last = exchanges.at(-1);
  if (isBlocking(last) && last.status === 202)
    return {
      exit: 202,
      stream: 'stderr',
      lines: [
        `but the request has not yet finished, with id ${String(toObject(last.text)?.['activationId'])}`,
      ],
      documents: [],
    };
  return { exit: 0, stream: 'stdout', ...printSuccess(command, exchanges) };
}

/** Whether a command stops at this reply. */
export function isFailure(command: WskCommand, exchange: Exchange): boolean {
  const { status, method, text } = exchange;
  // An update begins by asking what is there; that nothing is there is an answer.
  if (status === 404 && method === 'GET' && command.verb === 'update') return false;
  if (status >= 300) return true;
  if (!isBlocking(exchange) || exchange.path.includes('result=true')) return false;
  // Without -r a member `response` is read as that of a record, whatever the status says.
  const response = toObject(text)?.['response'];
  return isObject(response) && response['success'] !== true;
}

function isBlocking(exchange: Exchange | undefined): exchange is Exchange {
  return exchange?.method === 'POST' && exchange.path.includes('blocking=true');
}

function printFailure(command: WskCommand, exchange: Exchange): WskOutput {
  const { status, text } = exchange;
  const exit = status < 256 ? status : status - 256;
  const body = toObject(text);
  const stderr = { exit, stream: 'stderr' } as const;
  if (isBlocking(exchange) && status === 502 && body !== undefined) {
    // The record of a failed activation, or with -r its bare result.
    const response = body['response'];
    if (isObject(response) && typeof response['status'] === 'string')
      return { ...stderr, lines: [invokedLine(command, body)], documents: [body] };
    if ('error' in body && !('code' in body)) return { ...stderr, lines: [], documents: [body] };
  }
  const why =
    typeof body?.['error'] === 'string' && 'code' in body
      ? `${body['error']} (code ${String(body['code'])})`
      : `The connection failed, or timed out. (HTTP status code ${String(status)})`;
  if (command.verb === 'refresh')
    return {
      ...stderr,
      lines: [`error: Package refresh for namespace '_' failed: ${why}`],
      documents: [],
    };
  const { verb, noun, name } = command;
  return {
    ...stderr,
    lines: [`error: Unable to ${verb} ${noun} '${name}': ${why}`, "Run 'wsk --help' for usage."],
    documents: [],
  };
}

function toObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
