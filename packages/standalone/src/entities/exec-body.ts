import { Rejection } from '../rejections.js';
import { parseCodeText, type CodeBytes } from './code-text.js';
import type { EntityPath } from './entity-path.js';
import { isJsonObject, memberOf, textMember, type JsonObject } from './json-members.js';
import { resolveKind, sequenceKind, wasmFamily, wasmKind } from './kinds.js';
import { parsePathText } from './names.js';

/** What an action is to run, as a body gives it. */
export type ExecBody = CodeExecBody | SequenceExecBody;

export interface CodeExecBody {
  readonly type: 'code';
  /** Resolved. */
  readonly kind: string;
  readonly code: CodeBytes;
  readonly main: string | undefined;
}

export interface SequenceExecBody {
  readonly type: 'sequence';
  /** At least one. */
  readonly components: readonly EntityPath[];
}

export interface ExecContext {
  readonly callerNamespace: string;
  /** Longest code as text, `main` included. */
  readonly codeBytesMax: number;
}

/**
 * Reads `exec` of a body.
 *
 * @param value Of `parseExactJson`.
 * @throws Rejection `WW_ERR_API_BODY`, `WW_ERR_API_KIND`, `WW_ERR_API_CODE`, `WW_ERR_API_TOO_LARGE`,
 *   `WW_ERR_API_SEQUENCE` of a sequence without components, `WW_ERR_API_NAME` of a component
 */
export function parseExecBody(value: unknown, context: ExecContext): ExecBody {
  if (!isJsonObject(value)) throw new Rejection('WW_ERR_API_BODY', '"exec" must be an object.');
  const kind = parseKind(value);
  return kind === sequenceKind
    ? { type: 'sequence', components: parseComponents(value, context.callerNamespace) }
    : parseCodeExec(value, kind, context.codeBytesMax);
}

function parseKind(exec: JsonObject): typeof wasmKind | typeof sequenceKind {
  const text = textMember(exec, 'kind', 'exec.kind');
  const served = `Served are "${wasmKind}" (also as "${wasmFamily}:default") and "${sequenceKind}".`;
  if (text === undefined)
    throw new Rejection('WW_ERR_API_KIND', `"exec.kind" is missing. ${served}`);
  const kind = resolveKind(text);
  if (kind !== undefined) return kind;
  const shown = JSON.stringify(text.length > 256 ? `${text.slice(0, 256)}…` : text);
  throw new Rejection(
    'WW_ERR_API_KIND',
    `The kind ${shown} is not served. ${served} Clients guess another where none is named: say "--kind ${wasmKind}" to wsk, and kind: "${wasmKind}" to the client for Node.`,
  );
}

function parseCodeExec(exec: JsonObject, kind: string, codeBytesMax: number): CodeExecBody {
  const text = memberOf(exec, 'code');
  if (typeof text !== 'string')
    throw new Rejection(
      'WW_ERR_API_CODE',
      `"exec.code" must be a string: actions of kind "${kind}" need code, which is a module or a zip in base64.`,
    );
  const main = textMember(exec, 'main', 'exec.main');
  const bytes = Buffer.byteLength(text) + Buffer.byteLength(main ?? '');
  if (bytes > codeBytesMax)
    throw new Rejection(
      'WW_ERR_API_TOO_LARGE',
      `exec larger than allowed: ${String(bytes)} > ${String(codeBytesMax)} bytes. Code counts as text.`,
    );
  // OpenWhisk runs "main" where none is named, and an empty name names none.
  return { type: 'code', kind, code: parseCodeText(text), main: main === '' ? undefined : main };
}

function parseComponents(exec: JsonObject, callerNamespace: string): readonly EntityPath[] {
  const components = memberOf(exec, 'components');
  if (components === undefined || (Array.isArray(components) && components.length === 0))
    throw new Rejection(
      'WW_ERR_API_SEQUENCE',
      'No component specified for the sequence. It needs at least one.',
    );
  if (!Array.isArray(components))
    throw new Rejection('WW_ERR_API_BODY', '"exec.components" must be a list of names.');
  return components.map((component: unknown, index) => {
    if (typeof component === 'string') return parsePathText(component, callerNamespace);
    throw new Rejection(
      'WW_ERR_API_BODY',
      `"exec.components[${String(index)}]" must be a string such as "/_/name" or "/_/package/name".`,
    );
  });
}
