export { configSchema, type ExecutorConfig } from './config/schema.js';
export { Container, type RunAnswer } from './containers/container.js';
export {
  executorErrors,
  isExecutorError,
  type ExecutorError,
  type ExecutorErrorCode,
} from './errors.js';
export { Executor, type ExecutorMode, type ExecutorOptions } from './executor.js';
export { toInitFailure, toRunFailure, type Failure } from './failure.js';
export { buildApp } from './http/app.js';
export type { LogLine } from './logs/activation-log.js';
export type { LogDestination, LogOwner } from './logs/log-destination.js';
export { startServer, type ExecutorServer } from './server.js';
