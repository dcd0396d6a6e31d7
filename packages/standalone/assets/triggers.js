// @ts-check
import { apiPath } from './api.js';

/**
 * Every trigger of the namespace.
 *
 * @param {import('./api.js').Api} api
 */
export async function readTriggers(api) {
  return /** @type {import('./wire.js').TriggerDocument[]} */ (
    await api.readList(apiPath('triggers'))
  );
}

/**
 * Every rule of the namespace.
 *
 * @param {import('./api.js').Api} api
 */
export async function readRules(api) {
  return /** @type {import('./wire.js').RuleDocument[]} */ (await api.readList(apiPath('rules')));
}
