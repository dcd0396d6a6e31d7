import { Rejection } from '../rejections.js';
import type { WebExtension } from '../web/web-address.js';

/** Longest base path or relative path, in characters. */
const pathLengthMax = 1024;

/** Methods that an API may have, in lower case. */
export const apiMethods: ReadonlySet<string> = new Set([
  'get',
  'put',
  'post',
  'delete',
  'patch',
  'head',
  'options',
]);

/** What may stand in a path: no query, no fragment, no escapes, nothing that a request could not be sent with. */
const pathPattern = /^\/[\w.~!$&'()*+,;=:@{}/ -]*$/;
const segmentPattern = /^(?:\{[^{}]+\}|[^{}]*)$/;

/**
 * Checks a path of an API, such as `/world/{id}`: a slash in front, braces only around whole segments.
 *
 * @param field What it is, for the refusal.
 * @returns the path without a slash at its end
 * @throws Rejection `WW_ERR_API_GATEWAY`
 */
export function parseApiPath(text: string, field: string): string {
  const refusal = (reason: string): Rejection =>
    new Rejection(
      'WW_ERR_API_GATEWAY',
      `The ${field} ${JSON.stringify(text.slice(0, 100))} is not valid: ${reason}.`,
    );
  if (text.length > pathLengthMax)
    throw refusal(
      `it has ${String(text.length)} characters, and may have ${String(pathLengthMax)}`,
    );
  if (!pathPattern.test(text))
    throw refusal('it must begin with a slash, and have neither query nor escapes');
  const segments = text.split('/').slice(1);
  if (!segments.every((segment) => segmentPattern.test(segment)))
    throw refusal('a parameter in braces must be a whole segment, such as "/books/{id}"');
  if (segments.some((segment) => segment === '.' || segment === '..'))
    throw refusal('"." and ".." never arrive, because clients resolve them');
  return text.length > 1 && text.endsWith('/') ? text.slice(0, -1) : text;
}

/** Checks a base path: a path without parameters. @throws Rejection `WW_ERR_API_GATEWAY` */
export function parseBasePath(text: string): string {
  const path = parseApiPath(text, 'base path');
  if (!path.includes('{')) return path;
  throw new Rejection(
    'WW_ERR_API_GATEWAY',
    `The base path (${path}) cannot have parameters. Only the relative path supports path parameters.`,
  );
}

/**
 * Only an action that answers HTTP itself learns by which path it was called.
 *
 * @throws Rejection `WW_ERR_API_GATEWAY`
 */
export function assertParameters(relativePath: string, extension: WebExtension): void {
  if (!relativePath.includes('{') || extension === 'http') return;
  throw new Rejection(
    'WW_ERR_API_GATEWAY',
    `The action must use a response type of '.http' in order to receive the path parameters. The path ${JSON.stringify(relativePath)} has parameters, and its response type is ${extension}.`,
  );
}

/** @throws Rejection `WW_ERR_API_GATEWAY` */
export function parseApiMethod(text: string): string {
  const method = text.toLowerCase();
  if (apiMethods.has(method)) return method;
  throw new Rejection(
    'WW_ERR_API_GATEWAY',
    `The method ${JSON.stringify(text.slice(0, 100))} is none of ${[...apiMethods].join(', ')}.`,
  );
}

/** Base path and relative path in one: `/` adds nothing. */
export function joinPaths(basePath: string, relativePath: string): string {
  if (basePath === '/') return relativePath;
  return relativePath === '/' ? basePath : basePath + relativePath;
}

/** The segments of a path; one slash at its end does not count. */
export function segmentsOf(path: string): readonly string[] {
  const segments = path.split('/').slice(1);
  if (segments.at(-1) === '') segments.pop();
  return segments;
}

/**
 * How well a template fits the segments of a request, decoded: one sign a segment, `a` for the same
 * text and `b` for a parameter, so that the better of two fits sorts first.
 *
 * @returns `undefined` when it does not fit
 */
export function fitOf(
  template: readonly string[],
  segments: readonly string[],
): string | undefined {
  if (template.length !== segments.length) return undefined;
  let fit = '';
  for (const [index, part] of template.entries()) {
    const segment = segments[index] ?? '';
    if (part === segment) fit += 'a';
    else if (part.startsWith('{') && segment !== '') fit += 'b';
    else return undefined;
  }
  return fit;
}
