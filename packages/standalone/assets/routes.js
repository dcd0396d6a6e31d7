// @ts-check
/*
 * The address after `#` says what is shown, so that the browser's own back button, links and bookmarks work.
 */

/** @typedef {{ section: string, rest: readonly string[] }} Route */

/** @returns {Route} */
export function currentRoute() {
  const [section = '', ...rest] = location.hash
    .replace(/^#\/?/, '')
    .split('/')
    .map((part) => {
      try {
        return decodeURIComponent(part);
      } catch {
        // Typed by hand: a lone percent sign stays one.
        return part;
      }
    });
  return { section, rest };
}

/**
 * The address of something.
 *
 * @param {string} section
 * @param {...string} rest
 */
export function toHash(section, ...rest) {
  return `#/${[section, ...rest].map(encodeURIComponent).join('/')}`;
}

/**
 * The page of an action.
 *
 * @param {{ package: string | undefined, name: string }} action
 */
export function actionHash({ package: inPackage, name }) {
  return inPackage === undefined ? toHash('actions', name) : toHash('actions', inPackage, name);
}
