import { existsSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import type { MarkdownPage } from './markdown.ts';

const link = /\[[^\]]*\]\(([^()\s]+)\)/g;
const inlineCode = /`([^`]+)`/g;
const ownPath =
  /^(?:packages|docs|scripts|test|examples|bench|docker|wit|\.ci|\.changeset)\/[\w./-]*$/;
const npmRun = /\bnpm run ([\w:-]+)/g;

/** What the references of a page are held against. */
export interface ReferenceContext {
  readonly root: string;
  readonly pages: ReadonlyMap<string, MarkdownPage>;
  readonly scripts: ReadonlySet<string>;
}

function linkFault(
  page: MarkdownPage,
  target: string,
  context: ReferenceContext,
): string | undefined {
  // Addresses elsewhere cannot be checked without a network.
  if (/^[a-z]+:/.test(target)) return undefined;
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? page.path : normalize(join(dirname(page.path), file));
  if (!existsSync(join(context.root, path))) return `the link ${target} leads nowhere`;
  if (anchor === undefined) return undefined;
  const anchors = context.pages.get(path)?.anchors;
  return anchors?.has(anchor) === true ? undefined : `${path} has no heading #${anchor}`;
}

function pathFault(page: MarkdownPage, code: string, root: string): string | undefined {
  // In capitals stands what the reader fills in.
  if (!ownPath.test(code) || /\b[A-Z]+\b/.test(code.replace(/[A-Z]+\.md$/, ''))) return undefined;
  // From the root, from the page, or from the package that the page is about.
  const home = /^packages\/[^/]+/.exec(page.path)?.[0] ?? '';
  const places = [code, join(dirname(page.path), code), join(home, code)].map((path) =>
    join(root, path),
  );
  const found = places.find((path) => existsSync(path));
  if (found === undefined) return `there is no ${code}`;
  return code.endsWith('/') && !statSync(found).isDirectory() ? `${code} is no folder` : undefined;
}

function lineFaults(
  page: MarkdownPage,
  text: string,
  context: ReferenceContext,
): readonly string[] {
  const withoutCode = text.replaceAll(inlineCode, '');
  const links = [...withoutCode.matchAll(link), ...text.matchAll(link)]
    .map((match) => match[1] ?? '')
    .map((target) => linkFault(page, target, context));
  const paths = [...text.matchAll(inlineCode)].map((match) =>
    pathFault(page, match[1] ?? '', context.root),
  );
  const scripts = [...text.matchAll(npmRun)]
    .map((match) => match[1] ?? '')
    .map((name) => (context.scripts.has(name) ? undefined : `there is no npm script ${name}`));
  return [...new Set([...links, ...paths, ...scripts])].filter((fault) => fault !== undefined);
}

/** Links, paths in `code` and npm scripts of a page that mean nothing, each with its line. */
export function findReferenceFaults(
  page: MarkdownPage,
  context: ReferenceContext,
): readonly string[] {
  const commands = page.blocks
    .filter((block) => block.info[0] === 'sh')
    .flatMap((block) =>
      [...block.text.matchAll(npmRun)]
        .filter((match) => !context.scripts.has(match[1] ?? ''))
        .map(
          (match) => `${page.path}:${String(block.line)}: there is no npm script ${match[1] ?? ''}`,
        ),
    );
  const prose = page.prose.flatMap(({ text, line }) =>
    lineFaults(page, text, context).map((fault) => `${page.path}:${String(line)}: ${fault}`),
  );
  return [...prose, ...commands];
}
