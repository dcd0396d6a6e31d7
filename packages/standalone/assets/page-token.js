// @ts-check

/**
 * What the server knows this page by. The page is sandboxed, so its origin is that of any sandboxed page.
 * The token is in the document, which nobody but the page can read.
 *
 * @type {Readonly<Record<string, string>>}
 */
export const tokenHeaders = {
  'x-wasmwhisk-page':
    document.querySelector('meta[name="wasmwhisk-page"]')?.getAttribute('content') ?? '',
};

let isKnown = false;

/**
 * Loads the page again when the server no longer takes its token, because it was started anew since.
 * A page that was never let in says so instead, or it would load for ever.
 *
 * @param {number} status
 * @param {string | null} code
 */
export function noteAnswer(status, code) {
  const isRefused = status === 403 && code === 'WW_ERR_API_FOREIGN';
  if (!isRefused) isKnown = true;
  else if (isKnown) location.reload();
}
