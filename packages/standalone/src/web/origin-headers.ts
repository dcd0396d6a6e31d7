/**
 * Headers that say something of the whole origin, host or site, and not of one answer. REST API, page and
 * the web actions of all namespaces share one origin, so none of them may speak for it.
 *
 * Headers of one document or request stay: `Link`, `Refresh`, `Reporting-Endpoints`, `Permissions-Policy`,
 * `Cross-Origin-*-Policy`, `Speculation-Rules`, `WWW-Authenticate`.
 */
const originHeaders: ReadonlySet<string> = new Set([
  // Which hints browsers send with every request to the origin from now on.
  'accept-ch',
  'accept-ch-lifetime',
  'critical-ch',
  // Where the origin is served instead.
  'alt-svc',
  // Deletes cookies, storage and caches of all that is of the origin.
  'clear-site-data',
  // How the host is reached, on all ports, for as long as the answer says.
  'expect-ct',
  'public-key-pins',
  'public-key-pins-report-only',
  'strict-transport-security',
  // To whom browsers report every request to the origin.
  'nel',
  'report-to',
  // Decided by the first document of the origin for all that follow.
  'origin-agent-cluster',
  'origin-isolation',
  // Sessions and states of login are those of the site.
  'sec-session-challenge',
  'sec-session-registration',
  'secure-session-challenge',
  'secure-session-registration',
  'set-login',
  // A service worker of an action, let loose on all of the origin, would answer in the page's place.
  'service-worker-allowed',
  // Storage of the origin, written without a script.
  'shared-storage-write',
  // Tells the server of it with every request that fits, wherever below the origin.
  'use-as-dictionary',
]);

/** Whether a header, in lower case, speaks for the whole origin. */
export function isOfOrigin(name: string): boolean {
  return originHeaders.has(name);
}

/**
 * Confines a cookie to a folder: `Domain` goes, so that it is for this host alone, and a `Path` outside of
 * the folder becomes the folder. A cookie without a path is for the folder of its request, as in browsers.
 * Cookies of one namespace would reach the actions of all others otherwise, and too many of them would
 * make requests for the page longer than we read.
 *
 * @param cookie Value of `Set-Cookie`.
 * @param folder Ends in a slash.
 */
export function confineCookie(cookie: string, folder: string): string {
  const [pair = '', ...attributes] = cookie.split(';').map((part) => part.trim());
  const kept: string[] = [pair];
  let isOutside = false;
  for (const attribute of attributes) {
    const [name = '', ...value] = attribute.split('=');
    switch (name.trim().toLowerCase()) {
      case 'domain':
        break;
      case 'path':
        if (value.join('=').trim().startsWith(folder)) kept.push(attribute);
        else isOutside = true;
        break;
      default:
        kept.push(attribute);
    }
  }
  // The last one counts in browsers.
  if (isOutside) kept.push(`Path=${folder}`);
  return kept.join('; ');
}
