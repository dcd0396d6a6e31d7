import type { IncomingMessage } from 'node:http';
import { fromHeaderText } from './header-texts.js';

/** What is known of a request to a web action before its body is read. */
export interface WebRequestHead {
  /** In lower case. */
  readonly method: string;
  /** By name in lower case; of a name that is sent several times the last one counts. */
  readonly headers: ReadonlyMap<string, string>;
  /** What follows the action in the path, still percent-encoded: empty, or from a slash on. */
  readonly path: string;
  /** What follows the question mark, as sent. */
  readonly query: string;
}

/** The headers as they were sent: what Node makes of them is overwritten for the sake of body parsing. */
export function readHeaders({ rawHeaders }: IncomingMessage): Map<string, string> {
  const headers = new Map<string, string>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2)
    headers.set(
      (rawHeaders[index] ?? '').toLowerCase(),
      fromHeaderText(rawHeaders[index + 1] ?? ''),
    );
  return headers;
}

/** Path and query of a request target, neither decoded. */
export function splitTarget(url: string): { readonly path: string; readonly query: string } {
  const mark = url.indexOf('?');
  return mark < 0
    ? { path: url, query: '' }
    : { path: url.slice(0, mark), query: url.slice(mark + 1) };
}
