export {
  loadStandaloneConfig,
  type StandaloneConfigOptions,
} from './config/load-standalone-config.js';
export { standaloneConfigSchema, standaloneShape, type StandaloneConfig } from './config/schema.js';
export { isRejection, Rejection, rejections, type RejectionCode } from './rejections.js';
