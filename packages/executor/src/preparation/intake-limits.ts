import type { ExecutorConfig } from '../config/schema.js';
import { defaultIntakeLimits, type IntakeLimits } from '../intake/limits.js';

/** The intake's limits out of the configuration. Name length and depth are fixed by the design. */
export function toIntakeLimits(limits: ExecutorConfig['limits']): IntakeLimits {
  return {
    ...defaultIntakeLimits,
    codeBytes: limits.codeBytes,
    artifactBytes: limits.artifactBytes,
    unzippedBytes: limits.unzippedBytes,
    entries: limits.archiveEntries,
    ratio: limits.archiveRatio,
    code: {
      functionBytes: limits.functionBytes,
      functionDepth: limits.functionDepth,
      functionWork: limits.functionWork,
      codeWork: limits.codeWork,
    },
  };
}
