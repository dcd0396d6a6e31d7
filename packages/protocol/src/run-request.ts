import { isUtf8 } from 'node:buffer';
import {
  cutMembers,
  jsonStringBytesMax,
  toJsonText,
  type JsonMember,
  type JsonText,
} from '@wasmwhisk/json-text';
import { cutBody, environmentText, sourceOf, stringOf } from './body.js';
import type { EnvironmentEntries } from './init-request.js';
import { RequestError } from './request-error.js';

/** What `/run` carries. */
export interface RunRequestBody {
  /** The arguments, unparsed: one object or array; `{}` when absent. */
  readonly value: JsonText;
  /** Every other member as `__OW_` and its name in capitals; `null` ones are left out. */
  readonly context: EnvironmentEntries;
  readonly activationId: string | undefined;
  readonly transactionId: string | undefined;
  readonly namespace: string | undefined;
  readonly actionName: string | undefined;
  /** Milliseconds since 1970; `undefined` when absent or no epoch time in milliseconds. */
  readonly deadlineEpochMs: number | undefined;
}

export type ParsedRun =
  | { readonly type: 'run'; readonly request: RunRequestBody }
  /** `value` is a string, number or boolean. */
  | { readonly type: 'not-a-dictionary' }
  /** No JSON, or no object. `reason` is a clause for the wire. */
  | { readonly type: 'unreadable'; readonly reason: string };

/** Below this a deadline cannot be an epoch time in milliseconds; test suites send such values. */
const deadlineEpochMsMin = 1e12;

/** Reads the body of `/run`. Empty bodies and `null` count as `{}`, as in OpenWhisk's own runtimes. */
export function parseRunRequest(body: Uint8Array): ParsedRun {
  return parseShortRun(body) ?? parseAnyRun(body);
}

/** What invokers send along, with the names under which guests see it: all in capitals. */
const contextNames: ReadonlyMap<string, string> = new Map(
  [
    'namespace',
    'action_name',
    'action_version',
    'api_host',
    'api_key',
    'activation_id',
    'transaction_id',
    'deadline',
  ].map((name) => [name, toContextName(name)]),
);

function toContextName(name: string): string {
  return `__OW_${name.toUpperCase()}`;
}

/**
 * Nearly every body is a short object of a few plain strings: decoded at once and sliced, it costs a
 * fifth. `undefined` for whatever is anything else, right or wrong.
 */
function parseShortRun(body: Uint8Array): ParsedRun | undefined {
  if (body.length > jsonStringBytesMax || !isUtf8(body)) return undefined;
  const members = cutMembers(
    Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8'),
  );
  if (members === undefined) return undefined;
  const context: (readonly [string, string])[] = [];
  let value: string | undefined;
  let activationId: string | undefined;
  let transactionId: string | undefined;
  let namespace: string | undefined;
  let actionName: string | undefined;
  let deadlineEpochMs: number | undefined;
  for (const { name, kind, source, isPlain } of members) {
    if (name === 'value') {
      if (value !== undefined || (kind !== 'object' && kind !== 'array')) return undefined;
      value = source;
      continue;
    }
    if (!isPlain && !(name === 'deadline' && kind === 'number')) return undefined;
    const text = isPlain ? source.slice(1, -1) : source;
    const shownName = contextNames.get(name) ?? toContextName(name);
    for (const entry of context) if (entry[0] === shownName) return undefined;
    context.push([shownName, text]);
    switch (name) {
      case 'activation_id':
        activationId = text;
        break;
      case 'transaction_id':
        transactionId = text;
        break;
      case 'namespace':
        namespace = text;
        break;
      case 'action_name':
        actionName = text;
        break;
      case 'deadline':
        deadlineEpochMs = toEpochMs(text);
        break;
    }
  }
  return {
    type: 'run',
    request: {
      value: value ?? '{}',
      context,
      activationId,
      transactionId,
      namespace,
      actionName,
      deadlineEpochMs,
    },
  };
}

function parseAnyRun(body: Uint8Array): ParsedRun {
  let members: ReadonlyMap<string, JsonMember> | undefined;
  try {
    members = isBlankOrNull(body) ? new Map() : cutBody(body);
  } catch (error) {
    if (error instanceof RequestError) return { type: 'unreadable', reason: error.message };
    throw error;
  }
  if (members === undefined)
    return { type: 'unreadable', reason: 'the request is not a JSON object' };
  const value = members.get('value');
  if (
    value !== undefined &&
    value.kind !== 'object' &&
    value.kind !== 'array' &&
    value.kind !== 'null'
  )
    return { type: 'not-a-dictionary' };
  const text = (name: string): string | undefined => {
    const member = members.get(name);
    return member?.kind === 'string' ? stringOf(body, member) : undefined;
  };
  const context: [string, string][] = [];
  for (const member of members.values())
    if (member.name !== 'value' && member.kind !== 'null')
      context.push([toContextName(member.name), environmentText(body, member)]);
  return {
    type: 'run',
    request: {
      value: value === undefined || value.kind === 'null' ? '{}' : toJsonText(body, value),
      context,
      activationId: text('activation_id'),
      transactionId: text('transaction_id'),
      namespace: text('namespace'),
      actionName: text('action_name'),
      deadlineEpochMs: parseDeadline(body, members.get('deadline')),
    },
  };
}

/** The documentation says number, the invoker sends text: both are taken. */
function parseDeadline(body: Uint8Array, member: JsonMember | undefined): number | undefined {
  if (member?.kind !== 'string' && member?.kind !== 'number') return undefined;
  return toEpochMs(member.kind === 'string' ? stringOf(body, member) : sourceOf(body, member));
}

function toEpochMs(text: string): number | undefined {
  const epochMs = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return epochMs >= deadlineEpochMsMin ? epochMs : undefined;
}

function isBlankOrNull(body: Uint8Array): boolean {
  return body.length <= 64 && /^\s*(null)?\s*$/.test(Buffer.from(body).toString('latin1'));
}
