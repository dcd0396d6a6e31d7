import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** The header by which our page shows that it is ours. In lower case. */
export const pageTokenHeader = 'x-wasmwhisk-page';

/**
 * What our page sends with every request, because its `Origin` is `null`, as that of any sandboxed page.
 *
 * The token is in the document of the page, and only there. Nobody can read that document: it has an
 * origin of its own, and what scripts fetch is another document, without a token.
 */
export class PageToken {
  readonly #text = randomBytes(32).toString('base64url');

  /**
   * The token for a document; empty when a script asks for it. Browsers say so, and scripts cannot make
   * them say otherwise. Only of plain HTTP beyond loopback browsers say nothing: there a script of our
   * own origin gets the token, and no key with it.
   */
  issue(headers: IncomingHttpHeaders): string {
    const { 'sec-fetch-mode': mode, 'sec-fetch-dest': destination } = headers;
    const isNavigation =
      (mode === undefined || mode === 'navigate') &&
      (destination === undefined || destination === 'document');
    return isNavigation ? this.#text : '';
  }

  matches(given: string | readonly string[] | undefined): boolean {
    if (typeof given !== 'string') return false;
    const [own, other] = [Buffer.from(this.#text), Buffer.from(given)];
    return own.length === other.length && timingSafeEqual(own, other);
  }
}
