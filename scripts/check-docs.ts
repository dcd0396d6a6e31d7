// Holds the docs against the truth: commands are run, links and paths looked up.
//
// A block of commands says how it is checked:
//
//   ```sh run                          runs with bash in a scratch folder that looks like the checkout
//   ```sh run needs=executor           the same beside a running executor; 127.0.0.1:9000 means it
//   ```sh run needs=single             beside one in single mode; 127.0.0.1:8080 means it
//   ```sh run needs=standalone         beside a standalone OpenWhisk in memory; 127.0.0.1:3233 means it
//   ```sh run needs=TOOLCHAIN          with this toolchain of scripts/toolchains/catalog.ts, or not where it is not
//   ```sh covered-by=FILE#word         a test does it: FILE is there and names the word
//   ```text output                     right after a block that runs: what it prints; `...` is anything
//
// The blocks of a page run in order in one folder.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toCountsLine } from './counts.ts';
import { checkCommands } from './docs/commands.ts';
import { parseMarkdown, type MarkdownPage } from './docs/markdown.ts';
import { findReferenceFaults } from './docs/references.ts';

const root = join(import.meta.dirname, '..');

/** Pages for users: their commands are promises. */
const promising = /^(README\.md|docs\/guide\/.*\.md|packages\/[^/]+\/README\.md|wit\/README\.md)$/;

function readPages(): ReadonlyMap<string, MarkdownPage> {
  const paths = globSync(
    [
      '*.md',
      'docs/**/*.md',
      'packages/**/*.md',
      'examples/**/*.md',
      'docker/*.md',
      'bench/*.md',
      'wit/*.md',
      '.changeset/README.md',
    ],
    { cwd: root, exclude: ['**/node_modules/**', '**/target/**', '**/dist/**'] },
  ).sort();
  return new Map(
    paths.map((path) => [path, parseMarkdown(path, readFileSync(join(root, path), 'utf8'))]),
  );
}

function readScripts(): ReadonlySet<string> {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  return new Set(Object.keys(manifest.scripts));
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

const pages = readPages();
const context = { root, pages, scripts: readScripts() };
let passed = 0;
let failed = 0;
let skipped = 0;
for (const page of pages.values()) {
  const faults = findReferenceFaults(page, context);
  const outcomes = promising.test(page.path) ? await checkCommands(root, page) : [];
  const ran = outcomes.flatMap(({ place, fault, skipped: reason }) => {
    if (reason !== undefined) {
      skipped += 1;
      say(`skipped ${place}: ${reason}`);
      return [];
    }
    say(
      `${fault === undefined ? 'ok' : 'FAILED'} ${place}${fault === undefined ? '' : `: ${fault}`}`,
    );
    return fault === undefined ? [place] : [];
  });
  for (const fault of faults) say(`FAILED ${fault}`);
  // The references of a page count as one check.
  passed += ran.length + (faults.length === 0 ? 1 : 0);
  failed +=
    outcomes.filter(({ fault }) => fault !== undefined).length + (faults.length === 0 ? 0 : 1);
}
say(toCountsLine({ passed, failed, skipped }));
process.exitCode = failed === 0 ? 0 : 1;
