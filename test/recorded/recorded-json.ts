import { isObject } from './reply-fields.js';

/** What was printed, split into lines and JSON documents. */
export interface SplitOutput {
  readonly lines: readonly string[];
  readonly documents: readonly unknown[];
}

/** Splits what was printed: JSON begins and ends with a bracket that stands alone. */
export function splitOutput(printed: readonly string[]): SplitOutput {
  const lines: string[] = [];
  const documents: unknown[] = [];
  let open: string[] | undefined;
  for (const line of printed) {
    if (open === undefined && line === '{') open = [];
    if (open === undefined) {
      lines.push(line);
      continue;
    }
    open.push(line);
    if (line === '}') {
      documents.push(JSON.parse(open.join('\n')));
      open = undefined;
    }
  }
  if (open !== undefined) throw new Error(`JSON that does not end: ${open.join('\n')}`);
  return { lines, documents };
}

/** Replaces what differs from run to run, and several blanks by one. */
export function maskLine(line: string): string {
  return line
    .replace(/\(code [0-9A-Za-z]{32}\)/, '(code <transaction id>)')
    .replace(/(': |failed: ).*( \(code <transaction id>\))/, '$1<why>$2')
    .replaceAll(/\b[0-9a-f]{32}\b/g, '<activation id>')
    .replace(/^\d{4}-\d\d-\d\d[ T][\d:.]+Z?/, '<time>')
    .replace(/\b\d+ms\b/, '<n>ms')
    .replace(/http:\/\/127\.0\.0\.1:\d+/, '<api host>')
    .replace(/^(whisk API build(?: number)?\t+).*/, '$1<build>')
    .replace(/(<api host>\/)apis?\//, '$1<gateway>/')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/**
 * The members of a recorded document that another one lacks, or has with another type. Lists of
 * annotations are compared by key; what an action answered is not compared at all.
 */
export function missingMembers(recorded: unknown, found: unknown, path = ''): readonly string[] {
  if (path === 'response.result') return [];
  if (Array.isArray(recorded)) {
    if (!Array.isArray(found)) return [path];
    const keyed = toKeyed(recorded);
    if (keyed !== undefined) return missingMembers(keyed, toKeyed(found) ?? {}, path);
    return recorded.length > 0 && found.length === 0 ? [path] : [];
  }
  if (isObject(recorded)) {
    if (!isObject(found)) return [path];
    return Object.entries(recorded).flatMap(([name, value]) => {
      const inner = path === '' ? name : `${path}.${name}`;
      return name in found ? missingMembers(value, found[name], inner) : [inner];
    });
  }
  return typeof recorded === typeof found ? [] : [path];
}

function toKeyed(items: readonly unknown[]): Readonly<Record<string, unknown>> | undefined {
  if (items.length === 0 || !items.every((item) => isObject(item) && 'key' in item))
    return undefined;
  const entries = items as readonly { readonly key: string; readonly value: unknown }[];
  return Object.fromEntries(entries.map(({ key, value }) => [key, value]));
}
