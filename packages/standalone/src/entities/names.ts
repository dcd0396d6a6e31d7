import { Rejection } from '../rejections.js';
import type { EntityPath } from './entity-path.js';

const nameLengthMax = 256;

/** Letters, digits and `_` at both ends; between them also blanks, and `@`, `.`, `&`, `-` anywhere but in front. */
const namePattern = /^(?:\w|\w[\w@ .&-]{0,254}[\w@.&-])$/;

const activationIdPattern = /^[0-9a-f]{32}$/;

/**
 * Checks the name of an entity, a package or a namespace: 1 to 256 characters of ASCII, no blank, dot or
 * dash in front, no blank at the end.
 *
 * @param field What the name is of, for the refusal. Default: `name`.
 * @returns the name as it is
 * @throws Rejection `WW_ERR_API_NAME`
 */
export function parseEntityName(text: string, field = 'name'): string {
  if (text.length > nameLengthMax)
    throw new Rejection(
      'WW_ERR_API_NAME',
      `${field.startsWith('namespace') ? 'Namespace' : 'Name segement'} longer than allowed: ${String(text.length)} > ${String(nameLengthMax)}. These are the characters of the ${field}.`,
    );
  if (!namePattern.test(text))
    throw new Rejection(
      'WW_ERR_API_NAME',
      `${field.startsWith('namespace') ? 'The namespace' : 'The name of the entity'} contains illegal characters. The ${field} ${JSON.stringify(text)} is not valid: it must begin with a letter, digit or underscore, ` +
        'consist of these and of "@", ".", "&", "-" and blanks, and not end with a blank.',
    );
  return text;
}

/**
 * Checks an activation id: 32 lower-case hex digits.
 *
 * @throws Rejection `WW_ERR_API_ACTIVATION_ID`
 */
export function parseActivationId(text: string): string {
  if (activationIdPattern.test(text)) return text;
  const shown =
    text.length === 32
      ? `${JSON.stringify(text)} has other characters`
      : `this one has ${String(text.length)} characters`;
  throw new Rejection(
    'WW_ERR_API_ACTIVATION_ID',
    `${text.length === 32 ? 'The activation id is not valid' : `Activation id length is ${String(text.length)} but must be 32`}. It must be 32 lower-case hex digits, and ${shown}.`,
  );
}

/**
 * Reads a fully qualified name as bodies carry it: `/ns/name` or `/ns/package/name`, the first slash
 * optional. `_` is the caller's namespace. A name alone is refused: nobody could tell whose it is.
 *
 * @throws Rejection `WW_ERR_API_NAME`
 */
export function parsePathText(text: string, callerNamespace: string): EntityPath {
  const segments = (text.startsWith('/') ? text.slice(1) : text).split('/', 4);
  const [first, second, third] = segments;
  if (first === undefined || second === undefined || segments.length > 3)
    throw new Rejection(
      'WW_ERR_API_NAME',
      `The fully qualified name of the entity must contain at least the namespace and the name of the entity. ${JSON.stringify(text.slice(0, 1024))} is not a fully qualified name: write "/namespace/name" or "/namespace/package/name", with "_" for your own namespace.`,
    );
  const namespace = first === '_' ? callerNamespace : parseEntityName(first, 'namespace');
  if (third === undefined) return { namespace, package: undefined, name: parseEntityName(second) };
  return {
    namespace,
    package: parseEntityName(second, 'package name'),
    name: parseEntityName(third),
  };
}
