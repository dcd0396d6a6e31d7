import { Rejection } from '../rejections.js';
import { parseExecBody, type ExecBody } from './exec-body.js';
import { assertJsonObject, booleanMember, memberOf } from './json-members.js';
import { parseKeyValues } from './key-value-lists.js';
import type { KeyValue } from './key-value.js';
import { parseLimits, type LimitsPatch } from './limits.js';
import { parseVersion } from './versions.js';

/** What a client sends to create or change an action. Absent members keep what they are, or get their default. */
export interface ActionBody {
  readonly exec: ExecBody | undefined;
  readonly parameters: readonly KeyValue[] | undefined;
  readonly annotations: readonly KeyValue[] | undefined;
  /** Keys of annotations that go, before `annotations` are laid over the others. */
  readonly delAnnotations: readonly string[];
  /** Their bounds are not checked yet. */
  readonly limits: LimitsPatch;
  readonly publish: boolean | undefined;
  readonly version: string | undefined;
}

export interface ActionBodyContext {
  readonly callerNamespace: string;
  readonly codeBytesMax: number;
  readonly parametersBytesMax: number;
}

/**
 * Reads the body of a `PUT` of an action. Members that it does not know are ignored, and `null` counts as
 * absent, for clients send both (`"namespace":"_"`, `"updated"`, `"env":null`).
 *
 * @param value Of `parseExactJson`.
 * @throws Rejection as `parseExecBody`, `parseKeyValues`, `parseLimits` and `parseVersion`
 */
export function parseActionBody(value: unknown, context: ActionBodyContext): ActionBody {
  const body = assertJsonObject(value);
  const exec = memberOf(body, 'exec');
  const version = memberOf(body, 'version');
  const list = (field: 'parameters' | 'annotations'): readonly KeyValue[] | undefined => {
    const entries = memberOf(body, field);
    return entries === undefined
      ? undefined
      : parseKeyValues(entries, field, context.parametersBytesMax);
  };
  return {
    // First what costs nothing: the code may be 48 MiB.
    limits: parseLimits(memberOf(body, 'limits')),
    publish: booleanMember(body, 'publish'),
    version: version === undefined ? undefined : parseVersion(version),
    delAnnotations: parseKeys(memberOf(body, 'delAnnotations')),
    parameters: list('parameters'),
    annotations: list('annotations'),
    exec: exec === undefined ? undefined : parseExecBody(exec, context),
  };
}

function parseKeys(value: unknown): readonly string[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((key: unknown) => typeof key === 'string')) return value;
  throw new Rejection('WW_ERR_API_BODY', '"delAnnotations" must be a list of keys.');
}
