import { parseMediaType } from './media-types.js';
import type { WebResponse } from './web-response.js';

/** What a browser shows as a document, scripts in it included. */
const documentTypes: ReadonlySet<string> = new Set([
  'application/xhtml+xml',
  'application/xml',
  'image/svg+xml',
  'text/html',
  'text/xml',
]);

/**
 * Everything but the origin. `allow-same-origin` is what is missing: the page is of an origin of its own,
 * whose requests name `null` as their `Origin`.
 */
const policy =
  'sandbox allow-downloads allow-forms allow-modals allow-popups allow-popups-to-escape-sandbox ' +
  'allow-scripts allow-top-navigation-by-user-activation';

/**
 * Keeps a page that a web action made apart from the origin that it comes from. REST API, our own page
 * and the web actions of all namespaces share that: without this a page of anybody's could call the API
 * like our own, and read the key that somebody typed there. A policy that the action sets itself holds too.
 */
export function withSandbox(response: WebResponse): WebResponse {
  const { headers } = response;
  const type = headers.find(([name]) => name === 'content-type')?.[1];
  const essence = type === undefined ? undefined : parseMediaType(type)?.essence;
  // What does not say what it is, a browser guesses; `nosniff` is not ours to add for every action.
  const isDocument =
    essence === undefined
      ? response.body !== undefined
      : documentTypes.has(essence) || essence.endsWith('+xml');
  if (!isDocument) return response;
  return { ...response, headers: [...headers, ['content-security-policy', policy]] };
}
