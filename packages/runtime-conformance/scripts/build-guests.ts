/**
 * Builds the guests of the conformance suite: each fragment in guests/ once per shell (the guest
 * interfaces of core modules), each whole module as it is, into dist/guests/.
 *
 * A fragment is a list of module fields that defines `$act`. What it and its shell need from
 * guests/library is named by lines `;; use: name, ...`. Imports stand on a line of their own,
 * because they must come before everything else, and are taken once.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import wabt from 'wabt';

const root = join(import.meta.dirname, '..');
const sources = join(root, 'guests');
const output = join(root, 'dist', 'guests');
const shells = ['buffer', 'buffer-second', 'command'];
const features = {
  bulk_memory: true,
  reference_types: true,
  multi_memory: true,
  multi_value: true,
  sign_extension: true,
  mutable_globals: true,
};

const toolkit = await wabt();
const failures: string[] = [];
let written = 0;

mkdirSync(output, { recursive: true });
for (const file of readdirSync(sources).filter((name) => name.endsWith('.wat'))) {
  const name = file.slice(0, -'.wat'.length);
  const source = readFileSync(join(sources, file), 'utf8');
  if (/^\(module/m.test(source)) build(name, source);
  else for (const shell of shells) build(`${shell}-${name}`, assemble(shell, source));
}
for (const failure of failures) process.stderr.write(`${failure}\n`);
process.stdout.write(`conformance guests: ${String(written)} built\n`);
process.exitCode = failures.length === 0 ? 0 : 1;

function build(name: string, wat: string): void {
  try {
    const parsed = toolkit.parseWat(`${name}.wat`, wat, features);
    const { buffer } = parsed.toBinary({ write_debug_names: true });
    parsed.destroy();
    // By renaming, so that a test that runs meanwhile never reads half a module.
    const target = join(output, `${name}.wasm`);
    writeFileSync(`${target}.partial`, buffer);
    renameSync(`${target}.partial`, target);
    written += 1;
  } catch (error) {
    failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** One module out of a shell, a fragment and the library files that they use. */
function assemble(shell: string, fragment: string): string {
  const parts = [
    readFileSync(join(sources, 'shells', `${shell}.wat`), 'utf8'),
    readFileSync(join(sources, 'shells', 'reserve.wat'), 'utf8'),
    fragment,
  ];
  if (!fragment.includes('(memory (export "memory")'))
    parts.unshift(readFileSync(join(sources, 'shells', 'memory.wat'), 'utf8'));
  const used = new Set<string>();
  // `parts` grows while it is walked: a library file may use another.
  for (const part of parts)
    for (const name of usedBy(part)) {
      if (used.has(name)) continue;
      used.add(name);
      parts.push(readFileSync(join(sources, 'library', `${name}.wat`), 'utf8'));
    }
  const lines = parts.flatMap((part) => part.split('\n'));
  const imports = new Set(lines.filter((line) => line.startsWith('(import ')));
  const fields = lines.filter((line) => !line.startsWith('(import '));
  return ['(module', ...imports, ...fields, ')'].join('\n');
}

function usedBy(source: string): readonly string[] {
  return [...source.matchAll(/^;; use: (.+)$/gm)].flatMap(([, names = '']) => names.split(', '));
}
