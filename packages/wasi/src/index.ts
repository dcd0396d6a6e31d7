export { clockResolutionNs, monotonicClockNs, wallClockNs } from './core/clocks.js';
export { errnoNames, toErrno, WasiError, type ErrnoName } from './core/errno.js';
export type { FileStat, FileType, NewTime, NewTimes } from './core/file-stat.js';
export { descriptorsMaxDefault, HostDescriptors } from './core/host-descriptors.js';
export { resolveArgs, resolveEnvironment, type WasiHostOptions } from './core/host-options.js';
export type { CountedFile, DirectoryQuota } from './core/directory-quota.js';
export {
  OpenDirectory,
  type DirectoryAccess,
  type DirectoryEntry,
  type OpenOptions,
} from './core/open-directory.js';
export { OpenFile, type FileMode } from './core/open-file.js';
export { linkHopsMax, pathDepthMax, type WalkOptions } from './core/path-walk.js';
export { pathLengthMax } from './core/path.js';
export {
  canPreopen,
  openPreopens,
  type Preopen,
  type PreopenedDirectory,
} from './core/preopens.js';
export { ProcessExit } from './core/process-exit.js';
export { fillRandom } from './core/random.js';
export {
  bytesInput,
  emptyInput,
  type InputSource,
  type OutputSink,
  type Stdio,
} from './core/stdio.js';
export { sleep, sleepBlocking, waitFor, type SleepOptions } from './core/waiting.js';
export {
  preview1Functions,
  waitingFunctions,
  type Preview1Function,
  type Preview1Version,
} from './preview1/functions.js';
export { Preview1Host } from './preview1/preview1-host.js';
export type { Preview1Options } from './preview1/preview1-run.js';
export {
  createPreview2Host,
  preview2Offer,
  preview2SuspendingImports,
  type Preview2Host,
  type Preview2HostOptions,
  type Preview2Interface,
} from './preview2/imports.js';
