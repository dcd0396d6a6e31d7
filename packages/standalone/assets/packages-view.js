// @ts-check
import { encodeSegment, messageOf } from './api.js';
import { button, copyButton, copyLine, element, table } from './dom.js';
import { formatTime } from './format.js';
import { readPackages } from './packages.js';

/**
 * Packages, and the APIs that `wsk api create` made.
 *
 * @param {import('./session.js').Session} session
 * @param {HTMLElement} main
 */
export function showPackages(session, main) {
  const { api } = session;
  const packages = element('section', {}, element('p', { class: 'muted' }, 'Loading…'));
  const apis = element('section', {}, element('p', { class: 'muted' }, 'Loading…'));
  main.replaceChildren(
    element(
      'div',
      { class: 'row between' },
      element('h1', {}, 'Packages and APIs'),
      button('Refresh', load),
    ),
    element('h2', {}, 'Packages'),
    packages,
    element('h2', {}, 'APIs'),
    apis,
  );

  function load() {
    void fill(packages, async () => packagePart(await readPackages(api)));
    void fill(apis, async () => apiPart(await readApis(session)));
  }

  load();
  return { refresh: load };
}

/**
 * @param {HTMLElement} place
 * @param {() => Promise<readonly Node[]>} make
 */
async function fill(place, make) {
  try {
    place.replaceChildren(...(await make()));
  } catch (error) {
    place.replaceChildren(element('p', { class: 'error', role: 'alert' }, messageOf(error)));
  }
}

/** @param {readonly import('./wire.js').PackageDocument[]} list */
function packagePart(list) {
  if (list.length === 0) {
    return [
      element(
        'p',
        { class: 'muted' },
        'There is none. A package groups actions and gives them parameters:',
      ),
      copyLine('wsk package create math', 'the command that makes a package'),
    ];
  }
  const rows = list.map(({ name, version, publish, binding, updated }) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, name),
      element('td', {}, publish ? 'everybody' : 'only you'),
      element('td', {}, bindingText(binding)),
      element('td', {}, version),
      element('td', {}, formatTime(updated)),
    ),
  );
  return [
    table(
      'Packages',
      ['Name', 'Seen by', 'Binds', 'Version', 'Updated'],
      element('tbody', {}, ...rows),
    ),
  ];
}

/** @param {import('./wire.js').PackageDocument['binding']} binding */
function bindingText(binding) {
  return binding === false ? '–' : `${binding.namespace}/${binding.name}`;
}

/**
 * Asks as `wsk api list` does.
 *
 * @param {import('./session.js').Session} session
 * @returns {Promise<readonly import('./wire.js').ApiDocument[]>}
 */
async function readApis({ api, authKey }) {
  const uuid = encodeSegment(authKey.slice(0, authKey.indexOf(':')));
  const query = `accesstoken=DUMMY%20TOKEN&spaceguid=${uuid}`;
  const answer = await api.read(`/api/v1/web/whisk.system/apimgmt/getApi.http?${query}`);
  return /** @type {{ apis: import('./wire.js').ApiDocument[] }} */ (answer).apis;
}

/** @param {readonly import('./wire.js').ApiDocument[]} list */
function apiPart(list) {
  const rows = list.flatMap(({ value }) =>
    Object.entries(value.apidoc.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) =>
        apiRow(`${value.gwApiUrl}${path}`, method, operation['x-openwhisk']),
      ),
    ),
  );
  if (rows.length === 0) {
    return [
      element(
        'p',
        { class: 'muted' },
        'There is none. An API gives web actions paths and methods:',
      ),
      copyLine(
        'wsk api create /hello /world get hello --response-type json',
        'the command that makes an API',
      ),
    ];
  }
  return [table('APIs', ['Method', 'URL', 'Action'], element('tbody', {}, ...rows))];
}

/**
 * @param {string} url
 * @param {string} method
 * @param {import('./wire.js').ApiOperation['x-openwhisk']} target
 */
function apiRow(url, method, target) {
  const action = target === undefined ? '' : target.action;
  const inPackage =
    target === undefined || target.package === 'default' ? '' : `${target.package}/`;
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, method.toUpperCase()),
    element(
      'td',
      {},
      element(
        'span',
        { class: 'row tight' },
        element('code', {}, url),
        copyButton(() => url, 'URL'),
      ),
    ),
    element('td', {}, `${inPackage}${action}`),
  );
}
