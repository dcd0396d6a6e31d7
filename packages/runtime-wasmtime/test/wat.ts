import { readArtifact, type Artifact } from '@wasmwhisk/artifact';
import initializeWabt from 'wabt';

const wabt = await initializeWabt();

/** Assembles a module, with the names of its functions in it. */
export function artifactOf(wat: string): Artifact {
  const features = { bulk_memory: true, multi_memory: true, reference_types: true };
  const module = wabt.parseWat('guest.wat', wat, features);
  try {
    const { buffer } = module.toBinary({ write_debug_names: true });
    return readArtifact(Uint8Array.from(buffer));
  } finally {
    module.destroy();
  }
}
