// Writes the generated pages of docs/reference/.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { renderReferencePages } from './reference-pages.ts';

const root = join(import.meta.dirname, '..');
for (const { path, text } of await renderReferencePages()) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  process.stdout.write(`${path}\n`);
}
