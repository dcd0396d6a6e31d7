import type { ArtifactFault } from '@wasmwhisk/artifact';

/**
 * Why code is refused. Beside these, every fault that the artifact itself may have.
 *
 * - `code-too-long`, `artifact-too-large`: above the limit of that name.
 * - `bad-base64`: the text is no base64.
 * - `archive-malformed`: the archive breaks its format, is cut off, or its checksums disagree.
 * - `archive-ambiguous`: two readers could see two different contents in it.
 * - `archive-unsupported`: valid, but in a form that is not read (zip64, encryption, rare compression).
 * - `archive-limit`: too many entries, or too large.
 * - `entry-name`: a name that leaves the archive's folder, or that is too long or too deep.
 * - `entry-type`: a link or device.
 * - `no-module`: nothing in the archive can be the entry.
 * - `module-missing`: what is named as the entry is not in the archive.
 * - `descriptor-invalid`: `wasmwhisk.json` is not as it should be.
 */
export type IntakeFault =
  | ArtifactFault
  | 'code-too-long'
  | 'artifact-too-large'
  | 'bad-base64'
  | 'archive-malformed'
  | 'archive-ambiguous'
  | 'archive-unsupported'
  | 'archive-limit'
  | 'entry-name'
  | 'entry-type'
  | 'no-module'
  | 'module-missing'
  | 'descriptor-invalid';

/** `decode`: the text is not what it claims to be. `content`: it was decoded, and what came out is of no use. */
export type IntakeStage = 'decode' | 'content';

/** The code of an `/init` is refused. `fault` decides; `message` says what, which file, and what to do. */
export class IntakeError extends Error {
  override readonly name = 'IntakeError';
  readonly fault: IntakeFault;
  readonly stage: IntakeStage;

  constructor(fault: IntakeFault, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.fault = fault;
    this.stage = fault === 'bad-base64' ? 'decode' : 'content';
  }
}

/** Guards by shape, not by class: holds across copies of this package. */
export function isIntakeError(error: unknown): error is IntakeError {
  return (
    error instanceof Error && error.name === 'IntakeError' && 'fault' in error && 'stage' in error
  );
}
