export type { ActionResult, Activation, RunOutcome, RunUsage } from './activation.js';
export type { CommandOutcome, CommandRun } from './command-run.js';
export type {
  Assessment,
  CompiledArtifact,
  CreateRuntime,
  EngineOptions,
  RuntimeContainer,
  RuntimeName,
  RuntimeOptions,
  RuntimeStatus,
  SerializedCode,
  WasmRuntime,
} from './contract.js';
export { fromErrorData, toErrorData, type WasmRuntimeErrorData } from './error-data.js';
export {
  isWasmRuntimeError,
  trapCodes,
  WasmRuntimeError,
  wasmRuntimeErrors,
  type Blame,
  type TrapCode,
  type WasmRuntimeErrorCode,
  type WasmRuntimeErrorDetails,
} from './errors.js';
export {
  FakeWasmRuntime,
  type FakeCall,
  type FakeCommandStep,
  type FakeRunStep,
  type FakeRuntimeOptions,
  type FakeStep,
} from './fake-runtime.js';
export { runtimeFeatures, type RuntimeFeature } from './features.js';
export type { LogSink, LogStream } from './log-sink.js';
export {
  OutputLine,
  outputPieceBytes,
  OutputTurns,
  outputTurns,
  WriteTask,
  type OutputTask,
} from './output-turns.js';
export { toRunEndError, type RunEnd } from './run-end.js';
export type {
  CompileLimits,
  ContainerSettings,
  DirectoryGrant,
  HttpGrant,
  RunLimits,
} from './settings.js';
export { toModuleExports, type ModuleExports } from './guest/entry-check.js';
export { assertDeclaredSizes } from './guest/declared-sizes.js';
export { assertHttpGranted, httpGetImport, importAdvice } from './guest/import-advice.js';
export { assertRunnable, assessRunnable, type GuestChoice } from './guest/runnable.js';
export { resolveNumericEntry, type NumericEntry } from './guest/numeric-entry.js';
export { assertArraysAllowed } from './guest/arrays.js';
export { bindBufferGuest, bindSecondBufferGuest, type BufferGuest } from './guest/buffer.js';
export { CommandOutput } from './guest/command-output.js';
export { functionExport, memoryExport, memoryRange, type CoreFunction } from './guest/exports.js';
export { isNumericSignature, parseNumericArguments, toNumericResult } from './guest/numeric.js';
export {
  argumentBytesMax,
  fitsArgument,
  toPlainResult,
  toTaggedResult,
  type ResultRules,
} from './guest/result.js';
export { assertPlainArtifact } from './guest/plain-artifact.js';
export { toV8TrapError } from './guest/v8-trap.js';
export { startName } from './guest/start-name.js';
