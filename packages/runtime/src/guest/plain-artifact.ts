import type { Artifact } from '@wasmwhisk/artifact';
import { WasmRuntimeError } from '../errors.js';

/**
 * For runtimes that do not declare the feature `precompiled`: refuses native code, whoever made it.
 *
 * @param runtime Its name, for the message.
 * @throws WasmRuntimeError `WW_ERR_ARTIFACT_FOREIGN`
 */
export function assertPlainArtifact({ precompiled }: Artifact, runtime: string): void {
  if (precompiled === undefined) return;
  throw new WasmRuntimeError(
    'WW_ERR_ARTIFACT_FOREIGN',
    `The code is precompiled for the runtime ${precompiled.runtime} (${precompiled.engine}), and the runtime ` +
      `${runtime} takes none. Send the plain .wasm file.`,
  );
}
