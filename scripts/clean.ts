// Removes what the build made: every dist folder, and the compiler's records of the tests.
// What npm installed stays.
import { globSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const made = [...globSync('packages/*/dist', { cwd: root }), 'node_modules/.cache/tsc', 'coverage'];
for (const path of made) {
  rmSync(join(root, path), { recursive: true, force: true });
}
