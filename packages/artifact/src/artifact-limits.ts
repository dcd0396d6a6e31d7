export type ArtifactLimitName =
  | 'types'
  | 'imports'
  | 'exports'
  | 'functions'
  | 'tables'
  | 'memories'
  | 'globals'
  | 'tags'
  | 'signatureValues'
  | 'describedSignatureValues'
  | 'functionEffort'
  | 'nameBytes'
  | 'describedNameBytes'
  | 'customSections'
  | 'producers'
  | 'componentSections'
  | 'coreModules'
  | 'componentDepth';

/**
 * Most of each thing that a description may hold. Far above what toolchains make, and low enough
 * that a description stays small whatever the bytes claim: it is kept per artifact and crosses threads.
 */
export const artifactLimits: Readonly<Record<ArtifactLimitName, number>> = {
  /** Entries of the type section, recursion groups counted by their members. */
  types: 100_000,
  imports: 20_000,
  exports: 20_000,
  functions: 1_000_000,
  tables: 10_000,
  memories: 100,
  globals: 100_000,
  tags: 100_000,
  /** Parameters, and results, of one function type: what engines allow. */
  signatureValues: 1_000,
  /** Parameters and results of all distinct function types that are imported or exported, together. */
  describedSignatureValues: 200_000,
  /**
   * Locals times bytes of one function body. Compilers of engines keep the place of every local at every
   * branch: 70 KB with the 50,000 locals that they allow took V8 half a minute and 6 GB, and nothing can
   * interrupt it. An interpreter's main loop has a thirtieth of this.
   */
  functionEffort: 2 ** 30,
  /** Bytes of one name: what engines allow. */
  nameBytes: 100_000,
  /** Bytes of all names in the description, together. */
  describedNameBytes: 4 * 1024 * 1024,
  customSections: 1_000,
  /** Entries of all producers sections, together. */
  producers: 1_000,
  /** Sections of a component, with those of all that it embeds. */
  componentSections: 200_000,
  /** Core modules in a component, nested components included. */
  coreModules: 1_000,
  /** Components within components. */
  componentDepth: 32,
};
