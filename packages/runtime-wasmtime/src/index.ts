export { findMissingAddon } from './load-addon.js';
