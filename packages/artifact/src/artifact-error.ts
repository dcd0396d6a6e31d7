/**
 * Why bytes are no artifact, or cannot be rewritten.
 *
 * - `empty`: no bytes at all.
 * - `not-wasm`: something else: a text, an archive, an unknown binary.
 * - `wat-text`: WebAssembly's text format.
 * - `plain-text`: source code or another text.
 * - `text-damaged`: was WebAssembly, until it was sent as text.
 * - `foreign-precompiled`: native code that another engine made ahead of time.
 * - `precompiled-untrusted`: our own precompiled code, without a signature that is trusted.
 * - `precompiled-malformed`: a damaged file of it.
 * - `unsupported-version`: WebAssembly of a version or layer that nothing here runs.
 * - `malformed`: WebAssembly that breaks the binary format.
 * - `limit-exceeded`: more of something than `artifactLimits` allows.
 * - `memory-limit`, `table-limit`: the module declares a larger minimum than the limit to cap it at.
 * - `memory-not-importable`: not exactly one plain memory, defined by the module itself.
 */
export type ArtifactFault =
  | 'empty'
  | 'not-wasm'
  | 'wat-text'
  | 'plain-text'
  | 'text-damaged'
  | 'foreign-precompiled'
  | 'precompiled-untrusted'
  | 'precompiled-malformed'
  | 'unsupported-version'
  | 'malformed'
  | 'limit-exceeded'
  | 'memory-limit'
  | 'table-limit'
  | 'memory-not-importable';

/** Where in the bytes. */
export interface ArtifactPlace {
  /** Name of the section, such as `import`. */
  readonly section?: string;
  /** Byte offset from the start of the artifact. */
  readonly offset?: number;
}

/** The bytes are no artifact that can be used. `fault` decides; `message` says what, where, and what to do. */
export class ArtifactError extends Error {
  override readonly name = 'ArtifactError';
  readonly fault: ArtifactFault;
  readonly place: ArtifactPlace;

  constructor(fault: ArtifactFault, message: string, place: ArtifactPlace = {}) {
    super(message);
    this.fault = fault;
    this.place = place;
  }
}

/** Guards by shape, not by class: holds across copies of this package. */
export function isArtifactError(error: unknown): error is ArtifactError {
  return error instanceof Error && error.name === 'ArtifactError' && 'fault' in error;
}
