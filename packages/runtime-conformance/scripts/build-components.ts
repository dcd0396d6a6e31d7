/**
 * Builds the components of the conformance suite into dist/guests/: each fragment of guests/ as a
 * command and an action, each of guests/http/ as an HTTP handler. The README of guests/components/
 * says how. What is newer than its sources stays.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assemble, toComponent, type ComponentForm } from '../../../scripts/build-component.ts';

const root = join(import.meta.dirname, '..');
const sources = join(root, 'guests');
const httpSources = join(sources, 'http');
const shells = join(sources, 'components');
const output = join(root, 'dist', 'guests');

/** What a fragment imports in place of a core import, and what its world needs for that beside WASI. */
interface Replacement {
  readonly from: string;
  readonly to: string;
  readonly form?: Pick<ComponentForm, 'otherImports' | 'packages'>;
}

const replacements: readonly Replacement[] = [
  {
    from: '(import "wasi_snapshot_preview1" "proc_exit"',
    to: '(import "wasi:cli/exit@0.2.12" "exit-with-code"',
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
  if (/^\(module/m.test(fragment)) continue;
  for (const type of ['action', 'command'] as const) {
    // Components, or one shell of them, may have a form of the fragment of their own.
    const own = [`${type}-${name}.wat`, `${name}.wat`].map((each) => join(shells, each));
    const source = own.find((each) => modifiedMs(each) > 0) ?? file;
    await build(type, name, source, readFileSync(source, 'utf8'));
  }
}
for (const file of filesIn(httpSources))
  await build(
    'http',
    file.slice(httpSources.length + 1, -'.wat'.length),
    file,
    readFileSync(file, 'utf8'),
  );
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
    const text = moduleText(type, source);
    const imports = [...text.matchAll(/^\(\w+ "(wasi:[^@"]+)@/gm)].map(([, name = '']) => name);
    const component = await toComponent(await assemble(text), {
      type,
      imports: [...new Set(imports)],
      ...replacement?.form,
    });
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
