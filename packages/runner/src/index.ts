export { InlineRunner } from './inline-runner.js';
export type { PooledRunnerOptions } from './pooled-runner-options.js';
export { PooledRunner } from './pooled-runner.js';
export type { Runner, RunnerContainer, RunnerStatus, RunReport, RunRequest } from './runner.js';
export { RoutedRunner } from './routed-runner.js';
export { RuntimeSource, type RuntimeModules } from './runtime-source.js';
