/**
 * Builds the components of the conformance suite into dist/guests/: each fragment of guests/ once
 * per shell in guests/components/, whose README says how. What is newer than its sources stays.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assemble, toComponent, type ComponentForm } from '../../../scripts/build-component.ts';

const root = join(import.meta.dirname, '..');
const sources = join(root, 'guests');
const shells = join(sources, 'components');
const output = join(root, 'dist', 'guests');

/** Fragments whose imports have no form in components. */
const modulesOnly: ReadonlySet<string> = new Set(['http-get']);

/** What a fragment imports in place of a core import, and from which world. */
interface Replacement {
  readonly from: string;
  readonly to: string;
  readonly form: Omit<ComponentForm, 'type'>;
}

const replacements: readonly Replacement[] = [
  {
    from: '(import "wasi_snapshot_preview1" "proc_exit"',
    to: '(import "wasi:cli/exit@0.2.12" "exit-with-code"',
    form: { imports: ['wasi:cli/exit'] },
  },
  {
    from: '(import "env" "missing"',
    to: '(import "local:absent/host" "missing"',
    form: {
      otherImports: ['local:absent/host'],
      packages: ['package local:absent;\ninterface host {\n  missing: func();\n}\n'],
    },
  },
];

const inputs = [
  import.meta.filename,
  join(root, '../../scripts/build-component.ts'),
  join(root, '../../wit/action.wit'),
  join(root, '../../package-lock.json'),
  ...filesIn(shells),
  ...filesIn(join(sources, 'shells')),
  ...filesIn(join(sources, 'library')),
].map(modifiedMs);
const newestInputMs = Math.max(...inputs);

let written = 0;
let kept = 0;
const failures: string[] = [];

mkdirSync(output, { recursive: true });
for (const file of filesIn(sources).filter((name) => name.endsWith('.wat'))) {
  const fragment = readFileSync(file, 'utf8');
  const name = file.slice(sources.length + 1, -'.wat'.length);
  if (/^\(module/m.test(fragment) || modulesOnly.has(name)) continue;
  for (const type of ['action', 'command'] as const) {
    // A shell may have a form of the fragment of its own.
    const own = join(shells, `${type}-${name}.wat`);
    if (modifiedMs(own) > 0) await build(type, name, own, readFileSync(own, 'utf8'));
    else await build(type, name, file, fragment);
  }
}
for (const failure of failures) process.stderr.write(`${failure}\n`);
process.stdout.write(
  `conformance components: ${String(written)} built, ${String(kept)} up to date\n`,
);
process.exitCode = failures.length === 0 ? 0 : 1;

async function build(
  type: ComponentForm['type'],
  name: string,
  file: string,
  fragment: string,
): Promise<void> {
  const target = join(output, `${type}-${name}.component.wasm`);
  if (modifiedMs(target) > Math.max(newestInputMs, modifiedMs(file))) {
    kept += 1;
    return;
  }
  const replacement = replacements.find(({ from }) => fragment.includes(from));
  const source =
    replacement === undefined ? fragment : fragment.replace(replacement.from, replacement.to);
  try {
    const module = await assemble(moduleText(type, source));
    const component = await toComponent(module, { type, ...replacement?.form });
    // By renaming, so that a test that runs meanwhile never reads half a component.
    writeFileSync(`${target}.partial`, component);
    renameSync(`${target}.partial`, target);
    written += 1;
  } catch (error) {
    failures.push(`${type}-${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** One module out of a shell, a fragment and the library files that they use. */
function moduleText(type: ComponentForm['type'], fragment: string): string {
  const parts = [
    readFileSync(join(shells, `${type}.wat`), 'utf8'),
    readFileSync(join(shells, 'realloc.wat'), 'utf8'),
    readFileSync(join(sources, 'shells', 'reserve.wat'), 'utf8'),
    fragment,
  ];
  if (!fragment.includes('(memory (export "memory")'))
    parts.unshift(readFileSync(join(sources, 'shells', 'memory.wat'), 'utf8'));
  const used = new Set<string>();
  // `parts` grows while it is walked: a library file may use another.
  for (const part of parts)
    for (const [, names = ''] of part.matchAll(/^;; use: (.+)$/gm))
      for (const name of names.split(', ')) {
        if (used.has(name)) continue;
        used.add(name);
        parts.push(readFileSync(join(sources, 'library', `${name}.wat`), 'utf8'));
      }
  const lines = parts.flatMap((part) => part.split('\n'));
  const imports = new Set(lines.filter((line) => line.startsWith('(import ')));
  const fields = lines.filter((line) => !line.startsWith('(import '));
  return ['(module', ...imports, ...fields, ')'].join('\n');
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(folder, entry.name));
}

/** 0 when there is no such file. */
function modifiedMs(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
