export { readCodeClaims, readCodeFiles, type CodeFile } from './code-reading.js';
export type { Contradiction, SettingSource } from './config/config-gathering.js';
export { ConfigError, isConfigError, type ConfigProblem } from './config/config-error.js';
export {
  configFileVariable,
  loadConfig,
  loadConfigOf,
  type ConfigFlag,
  type ConfigOptions,
  type ConfigPlan,
  type ConfigSources,
  type LoadedConfig,
} from './config/load-config.js';
export type { ConfigMode, ModeDefault } from './config/mode-defaults.js';
export { suggestName } from './config/near-name.js';
export { formatQuantity, parseQuantity, type QuantityUnit } from './config/quantity.js';
export { configSchema, type Complete, type ExecutorConfig } from './config/schema.js';
export {
  choice,
  count,
  flag,
  section,
  text,
  texts,
  type Described,
} from './config/setting-forms.js';
export {
  defineConfigShape,
  executorShape,
  type ConfigSchema,
  type ConfigSetting,
  type ConfigShape,
  type LeafSchema,
  type SettingForm,
  type SettingValue,
} from './config/settings.js';
export type {
  ActivationObserver,
  ContainerServices,
  RunOutcomeKind,
} from './containers/container-services.js';
export { Caller } from './containers/caller.js';
export type { ContainerTable } from './containers/container-table.js';
export {
  Container,
  type ContainerLimits,
  type InitializeOptions,
  type RunAnswer,
} from './containers/container.js';
export { toEngineOptions } from './engine-options.js';
export {
  executorErrors,
  isExecutorError,
  type ExecutorError,
  type ExecutorErrorCode,
} from './errors.js';
export { Executor, type ExecutorMode, type ExecutorOptions } from './executor.js';
export { toInitFailure, toRunFailure, type Failure } from './failure.js';
export { buildApp } from './http/app.js';
export {
  isLoopback,
  listen,
  type ListeningServer,
  type ListenSettings,
  type ServedService,
} from './http/listening-server.js';
export { createHttpServer, type ServerSettings } from './http/http-server.js';
export { inspectCode, type CodeInspection } from './inspection.js';
export type { ActivationLogLimits } from './logs/activation-log.js';
export type { LogLine } from './logs/log-line.js';
export type { LogArchive } from './logs/log-archive.js';
export { FramedDestination, type WriteLine } from './logs/framed-destination.js';
export type { LogDestination, LogOwner } from './logs/log-destination.js';
export type { Metrics } from './metrics.js';
export type { MetricsText } from './metrics-text.js';
export { choosePrecompiledRuntime } from './preparation/precompiled-runtime.js';
export type { DescriptorRequests } from './policy.js';
export type {
  CodeRequest,
  PreparedCode,
  Preparation,
  PreparationRequest,
  PreparationServices,
  StoredCode,
  WantedRuntime,
} from './preparation/preparation.js';
export type { Lease } from './preparation/shared-cache.js';
export type { TemporaryFolder } from './preparation/temporary-folder.js';
export { chooseRuntime, RuntimeChooser, runtimeModules, type OnUnavailable } from './runtimes.js';
export { startServer } from './server.js';
