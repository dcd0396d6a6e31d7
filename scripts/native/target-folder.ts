import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { makeCacheFolder } from '../cache-folder.ts';

function configured(environment: NodeJS.ProcessEnv): string | undefined {
  const path = environment['WASMWHISK_NATIVE_TARGET'] ?? environment['CARGO_TARGET_DIR'];
  return path === undefined || path === '' ? undefined : resolve(path);
}

/**
 * Where cargo compiles: outside of the checkout and shared by all of them, because ten minutes of compiling
 * should survive a fresh clone. `WASMWHISK_NATIVE_TARGET` or `CARGO_TARGET_DIR` name another place.
 *
 * @returns The folder, which is there then. Without a home that can be written to it is in node_modules.
 */
export function makeTargetFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const chosen = configured(environment);
  if (chosen === undefined) return makeCacheFolder('native-target', environment);
  mkdirSync(chosen, { recursive: true });
  return chosen;
}
