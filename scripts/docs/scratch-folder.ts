import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder in which commands of the docs run. */
export interface ScratchFolder extends Disposable {
  readonly path: string;
}

/**
 * Looks like the root of a checkout, by links, so that commands find what they name; what they write
 * stays in the folder and goes with it.
 */
export function createScratchFolder(root: string): ScratchFolder {
  const path = mkdtempSync(join(tmpdir(), 'wasmwhisk-docs-'));
  for (const name of readdirSync(root)) {
    if (name !== '.git') symlinkSync(join(root, name), join(path, name));
  }
  return {
    path,
    [Symbol.dispose]() {
      // The links go, not what they lead to: rm does not follow them.
      rmSync(path, { recursive: true, force: true });
    },
  };
}
