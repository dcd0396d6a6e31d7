import type { JsonMember } from '@wasmwhisk/json-text';
import { cutBody, environmentText, sourceOf, stringOf } from './body.js';
import { RequestError } from './request-error.js';

/** Environment entries in the order given. A list, because users name their parameters freely (`__proto__`). */
export type EnvironmentEntries = readonly (readonly [name: string, value: string])[];

/** What `/init` carries under `value`. Fields beyond these are ignored. */
export interface InitRequest {
  /** Plain action name; test suites leave it out. */
  readonly name: string | undefined;
  /** `main` when absent or empty. */
  readonly main: string;
  /** The invoker's guess whether `code` is base64. Not to be trusted: sniff. */
  readonly binary: boolean;
  /** The code text in UTF-8, unescaped; a view into the body where it holds no escapes. `undefined`: none or empty. */
  readonly code: Uint8Array | undefined;
  /** Parameters marked `init`, and `__OW_*`. */
  readonly environment: EnvironmentEntries;
  /** The action's annotations, which only a forked invoker sends. Values may be any JSON. */
  readonly annotations: ReadonlyMap<string, unknown>;
}

/**
 * Reads the body of `/init`.
 *
 * @throws RequestError when it is not JSON, or a field has a wrong type.
 */
export function parseInitRequest(body: Uint8Array): InitRequest {
  const outer = cutBody(body);
  if (outer === undefined) throw new RequestError('the request is not a JSON object');
  const value = outer.get('value');
  if (value === undefined || value.kind === 'null') return noInit;
  if (value.kind !== 'object') throw new RequestError('"value" is not a JSON object');
  const bytes = body.subarray(value.start, value.end);
  const members = cutBody(bytes);
  if (members === undefined) throw new RequestError('"value" is not a JSON object');
  const main = stringMember(bytes, members, 'main');
  return {
    name: stringMember(bytes, members, 'name'),
    main: main === undefined || main === '' ? 'main' : main,
    binary: booleanMember(bytes, members, 'binary'),
    code: codeMember(bytes, members.get('code')),
    environment: environmentMember(bytes, members.get('env')),
    annotations: annotationsMember(bytes, members.get('annotations')),
  };
}

const noInit: InitRequest = {
  name: undefined,
  main: 'main',
  binary: false,
  code: undefined,
  environment: [],
  annotations: new Map(),
};

type Members = ReadonlyMap<string, JsonMember>;

function present(member: JsonMember | undefined): JsonMember | undefined {
  return member?.kind === 'null' ? undefined : member;
}

function stringMember(bytes: Uint8Array, members: Members, name: string): string | undefined {
  const member = present(members.get(name));
  if (member === undefined) return undefined;
  if (member.kind !== 'string') throw new RequestError(`"${name}" is not a string`);
  return stringOf(bytes, member);
}

function booleanMember(bytes: Uint8Array, members: Members, name: string): boolean {
  const member = present(members.get(name));
  if (member === undefined) return false;
  if (member.kind !== 'boolean') throw new RequestError(`"${name}" is not a boolean`);
  return sourceOf(bytes, member) === 'true';
}

function codeMember(bytes: Uint8Array, given: JsonMember | undefined): Uint8Array | undefined {
  const member = present(given);
  if (member === undefined) return undefined;
  if (member.kind !== 'string') throw new RequestError('"code" is not a string');
  const text = bytes.subarray(member.start + 1, member.end - 1);
  if (text.length === 0) return undefined;
  // Base64 holds no escapes, so the common case costs no copy of what may be 48 MB.
  return text.includes(0x5c) ? Buffer.from(stringOf(bytes, member)) : text;
}

function environmentMember(bytes: Uint8Array, given: JsonMember | undefined): EnvironmentEntries {
  const member = present(given);
  if (member === undefined) return [];
  const inner = bytes.subarray(member.start, member.end);
  const entries = member.kind === 'object' ? cutBody(inner) : undefined;
  if (entries === undefined) throw new RequestError('"env" is not a JSON object');
  return [...entries.values()].map((entry) => [
    entry.name,
    entry.kind === 'null' ? '' : environmentText(inner, entry),
  ]);
}

function annotationsMember(
  bytes: Uint8Array,
  given: JsonMember | undefined,
): ReadonlyMap<string, unknown> {
  const member = present(given);
  if (member === undefined) return new Map();
  if (member.kind !== 'object') throw new RequestError('"annotations" is not a JSON object');
  return new Map(Object.entries(JSON.parse(sourceOf(bytes, member)) as object));
}
