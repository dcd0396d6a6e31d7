import { JsonSyntaxError, scanMembers, type JsonMember } from '@wasmwhisk/json-text';
import { RequestError } from './request-error.js';

/** Most members of one object that is cut: each costs far more than its bytes, before anything else is checked. */
const membersMax = 100_000;

/**
 * Cuts a request body into its members, unparsed. A name that is given twice counts the last time,
 * as in `JSON.parse`.
 *
 * @returns `undefined` for a body that is JSON but no object.
 * @throws RequestError
 */
export function cutBody(body: Uint8Array): ReadonlyMap<string, JsonMember> | undefined {
  try {
    const members = scanMembers(body, membersMax);
    if (members === undefined) return undefined;
    return new Map(members.map((member) => [member.name, member]));
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw new RequestError(error.message, error);
    throw error;
  }
}

/** The text of a member as it was written. */
export function sourceOf(body: Uint8Array, member: JsonMember): string {
  return Buffer.from(
    body.buffer,
    body.byteOffset + member.start,
    member.end - member.start,
  ).toString('utf8');
}

/** A string member's value. */
export function stringOf(body: Uint8Array, member: JsonMember): string {
  return JSON.parse(sourceOf(body, member)) as string;
}

/** The value as an environment entry: a string as it is, anything else as its JSON text. */
export function environmentText(body: Uint8Array, member: JsonMember): string {
  return member.kind === 'string' ? stringOf(body, member) : sourceOf(body, member);
}
