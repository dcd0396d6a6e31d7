export {
  ArtifactError,
  isArtifactError,
  type ArtifactFault,
  type ArtifactPlace,
} from './artifact-error.js';
export { artifactLimits, type ArtifactLimitName } from './artifact-limits.js';
export { defaultCodeLimits, type CodeLimits } from './code-budget.js';
export { capLimits, capMemories, capTables, type ModuleCaps } from './cap-limits.js';
export type {
  Artifact,
  ArtifactDescription,
  ArtifactFormat,
  ComponentDescription,
  ComponentExtern,
  ExternalType,
  FunctionType,
  GuestInterface,
  LimitsType,
  ModuleDescription,
  ModuleExport,
  ModuleImport,
  PrecompiledCode,
  Producer,
  ValueTypeName,
} from './description.js';
export { standardPageBytes } from './limits-type.js';
export { isServedExport } from './guest-interface.js';
export {
  isPreview1Version,
  preview1Signatures,
  preview2Interfaces,
  type Preview1Version,
} from './host-interfaces.js';
export { canImportMemory, importMemory, type MemoryImportName } from './import-memory.js';
export {
  buildPrecompiledFile,
  openPrecompiledFile,
  precompiledLimits,
  readPrecompiledClaims,
  type OpenedPrecompiledFile,
  type PrecompiledClaims,
  type PrecompiledContent,
} from './precompiled-file.js';
export {
  formatPrecompiledKey,
  publicBytesOf,
  readPrecompiledKey,
  type PrecompiledKeyText,
  type ReadPrecompiledKey,
} from './precompiled-key.js';
export { isPrecompiledFile, precompiledMagic } from './precompiled-magic.js';
export type { PrecompiledManifest } from './precompiled-manifest.js';
export { describeArtifact, readArtifact } from './read-artifact.js';
