import { readArtifact, type Artifact } from '@wasmwhisk/artifact';
import wabt from 'wabt';

const { parseWat } = await wabt();

/** The types of wabt do not know all of its features. */
const features = { exceptions: true, multi_memory: true, threads: true };

/** Builds an artifact from WebAssembly text. */
export function artifactOf(wat: string): Artifact {
  const parsed = parseWat('guest.wat', wat, features);
  try {
    return readArtifact(Uint8Array.from(parsed.toBinary({}).buffer));
  } finally {
    parsed.destroy();
  }
}
