import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A request as a client sent it; `<...>` stands for what differs from run to run. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  /** Those that differ from what is usual; `undefined` where one is missing. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string | undefined;
}

/** One command, what it sent and what it printed. */
export interface RecordedCommand {
  readonly command: string;
  readonly requests: readonly RecordedRequest[];
  readonly printed: readonly string[];
  readonly exit: number;
}

/** Reads `NAME.txt` of this folder, as its README describes it. @throws Error for a line it does not know */
export function readTranscript(name: string): readonly RecordedCommand[] {
  const text = readFileSync(join(import.meta.dirname, `${name}.txt`), 'utf8');
  return text.trim().split('\n\n').map(readCommand);
}

function readCommand(block: string): RecordedCommand {
  const [first = '', ...lines] = block.split('\n');
  const last = lines.pop() ?? '';
  if (!first.startsWith('$ ') || !last.startsWith('= exit '))
    throw new Error(`not a recorded command: ${block}`);
  const sent: string[] = [];
  const printed: string[] = [];
  for (const line of lines) {
    if (line.startsWith('> ')) sent.push(line.slice(2));
    else if (line.startsWith('|')) printed.push(line.slice(2));
    else throw new Error(`not a line of a recording: ${line}`);
  }
  return {
    command: first.slice(2),
    requests: readRequests(sent),
    printed,
    exit: Number(last.slice(7)),
  };
}

function readRequests(lines: readonly string[]): readonly RecordedRequest[] {
  const requests: RecordedRequest[] = [];
  for (const line of lines) {
    const start = /^(GET|PUT|POST|DELETE) (\/.*)$/.exec(line);
    if (start) {
      const [, method = '', path = ''] = start;
      requests.push({ method, path, headers: {}, body: undefined });
      continue;
    }
    const request = requests.pop();
    if (request === undefined) throw new Error(`belongs to no request: ${line}`);
    requests.push(withDetail(request, line));
  }
  return requests;
}

function withDetail(request: RecordedRequest, line: string): RecordedRequest {
  if (line.startsWith('{')) return { ...request, body: line };
  if (line.startsWith('- '))
    return { ...request, headers: { ...request.headers, [line.slice(2)]: undefined } };
  const colon = line.indexOf(': ');
  const header = { [line.slice(0, colon)]: line.slice(colon + 2) };
  return { ...request, headers: { ...request.headers, ...header } };
}
