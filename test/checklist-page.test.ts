import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const page = readFileSync(join(import.meta.dirname, '../docs/reference/checklist.md'), 'utf8');

/** Every point of the checklist, by suite. */
const lengths = { C: 10, N: 33, G: 11, GU: 13, D: 17, R: 2, H: 10 } as const;
const allIds = Object.entries(lengths).flatMap(([suite, length]) =>
  Array.from({ length }, (_, index) => `${suite}${String(index + 1)}`),
);

/** `C1-C3, H1` as single ids. */
function expandIds(text: string): string[] {
  return text.split(',').flatMap((part) => {
    const [first = '', last = first] = part.trim().split('-');
    const suite = first.replace(/\d+$/, '');
    const from = Number(first.slice(suite.length));
    const to = Number(last.slice(suite.length));
    return Array.from({ length: to - from + 1 }, (_, index) => `${suite}${String(from + index)}`);
  });
}

/** The rows of the table below a heading, cells trimmed. */
function tableAfter(heading: string): string[][] {
  const section = page.slice(page.indexOf(heading) + heading.length).split('\n#')[0] ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** Ids in the names of a file's tests: `it('C1: ...')`, and rows of `it.each` that begin with one. */
function idsIn(file: string): string[] {
  const source = readFileSync(join(import.meta.dirname, file), 'utf8');
  const inNames = [...source.matchAll(/['"`]([A-Z]{1,2}\d+): /g)];
  const inRows = [...source.matchAll(/\[\s*'([A-Z]{1,2}\d+)',/g)];
  return [...new Set([...inNames, ...inRows].flatMap((match) => match[1] ?? []))];
}

describe('the page of the checklist', () => {
  const claims = tableAfter('# Checklist of an action runtime');
  const excused = tableAfter('## Not applicable');

  it.each(claims.map(([ids = '', , files = '']) => [files.replaceAll('`', ''), ids] as const))(
    'names the points that %s tests: %s',
    (path, ids) => {
      expect(idsIn(path.replace(/^test\//, '')).toSorted()).toEqual(expandIds(ids).toSorted());
    },
  );

  it('knows every file with such tests', () => {
    const files = readdirSync(import.meta.dirname).filter(
      (name) => name.startsWith('checklist-') && name !== 'checklist-page.test.ts',
    );
    const named = claims.map(([, , path = '']) => path.replaceAll('`', '').replace('test/', ''));
    expect(named.toSorted()).toEqual(files.toSorted());
  });

  it('leaves out no point without a reason', () => {
    const tested = claims.flatMap(([ids = '']) => expandIds(ids));
    const left = excused.flatMap(([ids = '']) => expandIds(ids));
    expect([...tested, ...left].toSorted()).toEqual(allIds.toSorted());
    for (const [, , reason] of excused) expect(reason).toMatch(/\w+ \w+/);
  });

  it('excuses only what nobody could ask of Wasm', () => {
    const left = excused.flatMap(([ids = '']) => expandIds(ids));
    expect(left).toEqual(expandIds('N8-N10, N26, GU6, GU11, D1-D3, D10-D12, D17'));
  });
});
