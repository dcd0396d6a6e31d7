import { createHash } from 'node:crypto';
import { ArtifactError, isArtifactError } from './artifact-error.js';
import { ByteReader } from './byte-reader.js';
import { CodeBudget, type CodeLimits } from './code-budget.js';
import { readComponent } from './component-reader.js';
import type { Artifact, ArtifactDescription } from './description.js';
import { explainForeignBytes, isTextDamaged, textDamagedError } from './foreign-bytes.js';
import { readModule } from './module-reader.js';
import { preambleKind } from './preamble.js';

/**
 * Tells what an artifact's bytes are, without any engine: module or component, imports and exports,
 * memories, and the guest interface it offers. Data and a component's types are passed over: the engine
 * checks them. So are function bodies without `limits`; with them their shapes are held against these.
 *
 * Takes one pass; time and memory are bounded by the length of `bytes` and by `artifactLimits`.
 *
 * @throws ArtifactError with any `fault` but those of rewriting.
 */
export function describeArtifact(bytes: Uint8Array, limits?: CodeLimits): ArtifactDescription {
  const kind = preambleKind(bytes, 0, bytes.length);
  if (kind === 'none') throw explainForeignBytes(bytes);
  try {
    switch (kind) {
      case 'module':
        return readModule(new ByteReader(bytes), new CodeBudget(limits));
      case 'component':
        return readComponent(new ByteReader(bytes), new CodeBudget(limits));
      case 'other-version':
        throw new ArtifactError(
          'unsupported-version',
          'The file is WebAssembly of a version that nothing here runs (modules of version 1 and components of version 13 are). ' +
            'Build it with a current toolchain.',
          { offset: 4 },
        );
    }
  } catch (error) {
    // Only now: an intact module may well hold U+FFFD in its data.
    if (isArtifactError(error) && isTextDamaged(bytes)) throw textDamagedError();
    throw error;
  }
}

/**
 * Makes the artifact of these bytes: digest and description. `bytes` are kept, not copied.
 *
 * @throws ArtifactError as `describeArtifact` does.
 *
 * @example
 * const artifact = readArtifact(await readFile('add.wasm'));
 * artifact.description.guestInterface; // 'command'
 */
export function readArtifact(bytes: Uint8Array<ArrayBuffer>, limits?: CodeLimits): Artifact {
  const description = describeArtifact(bytes, limits);
  return { digest: createHash('sha256').update(bytes).digest('hex'), bytes, description };
}
