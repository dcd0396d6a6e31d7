export {
  loadStandaloneConfig,
  type StandaloneConfigOptions,
} from './config/load-standalone-config.js';
export { standaloneConfigSchema, standaloneShape, type StandaloneConfig } from './config/schema.js';
export { isRejection, Rejection, rejections, type RejectionCode } from './rejections.js';
export { startStandaloneServer } from './server.js';
export { Standalone, type StandaloneOptions } from './standalone.js';
export {
  isStorageError,
  StorageError,
  storageErrors,
  type StorageErrorCode,
  type StorageErrorOptions,
} from './storage/storage-error.js';
export { defaultUsers } from './users/default-users.js';
export type { Identity } from './users/identity.js';
export { openUsers, type OpenedUsers, type UsersOptions } from './users/open-users.js';
export type { UserRequest, Users } from './users/users.js';
