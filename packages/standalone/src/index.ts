export { standaloneConfigSchema, type StandaloneConfig } from './config/schema.js';
export { isRejection, Rejection, rejections, type RejectionCode } from './rejections.js';
