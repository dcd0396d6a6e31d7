import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

const root = join(import.meta.dirname, '..');

/**
 * A folder for what is slow to make: outside of the checkout and shared by all checkouts, because it should
 * survive a fresh clone.
 *
 * @returns The folder, which exists then. It is in node_modules when the home cannot be written to.
 */
export function makeCacheFolder(
  name: string,
  environment: NodeJS.ProcessEnv = process.env,
): string {
  const xdg = environment['XDG_CACHE_HOME'];
  const cache = xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), '.cache');
  try {
    const folder = join(cache, 'wasmwhisk', name);
    mkdirSync(folder, { recursive: true });
    return folder;
  } catch {
    const folder = join(root, 'node_modules', '.cache', name);
    mkdirSync(folder, { recursive: true });
    return folder;
  }
}
