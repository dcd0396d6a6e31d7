// Makes a component of JavaScript by componentize-js, which has no command of its own.
//
//   node scripts/toolchains/componentize-js.ts SOURCE WIT WORLD OUTPUT
import { writeFileSync } from 'node:fs';
import { componentize } from '@bytecodealliance/componentize-js';

const [sourcePath, witPath, worldName, output] = process.argv.slice(2);
if (
  sourcePath === undefined ||
  witPath === undefined ||
  worldName === undefined ||
  output === undefined
) {
  process.stderr.write('Usage: node componentize-js.ts SOURCE WIT WORLD OUTPUT\n');
  process.exitCode = 64;
} else {
  const { component } = await componentize({ sourcePath, witPath, worldName });
  writeFileSync(output, component);
}
