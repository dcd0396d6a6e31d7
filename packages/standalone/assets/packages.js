// @ts-check
import { apiPath } from './api.js';

/**
 * Every package and binding of the namespace.
 *
 * @param {import('./api.js').Api} api
 */
export async function readPackages(api) {
  return /** @type {import('./wire.js').PackageDocument[]} */ (
    await api.readList(apiPath('packages'))
  );
}
