import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseCountsLine, toCountsLine } from '../scripts/counts.ts';
import { checkCommands, fitsShown } from '../scripts/docs/commands.ts';
import { parseMarkdown } from '../scripts/docs/markdown.ts';
import { findReferenceFaults } from '../scripts/docs/references.ts';
import { countReport } from '../scripts/vitest-report.ts';

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wasmwhisk-check-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** A page from lines; `~~~` fences, so that it can stand in a template. */
function page(...lines: readonly string[]): ReturnType<typeof parseMarkdown> {
  return parseMarkdown('README.md', lines.join('\n'));
}

describe('counts', () => {
  it('survive their own line', () => {
    for (const counts of [
      { passed: 3, failed: 0, skipped: 0 },
      { passed: 0, failed: 2, skipped: 1 },
    ]) {
      expect(parseCountsLine(toCountsLine(counts))).toEqual(counts);
    }
    expect(parseCountsLine('3 passed')).toBeUndefined();
  });

  it('take a file that cannot be loaded, and a failure without a test, as one failed', () => {
    const file = (status: string, ...tests: readonly string[]) => ({
      status,
      assertionResults: tests.map((test) => ({ status: test })),
    });
    const good = file('passed', 'passed', 'passed', 'pending');
    expect(countReport({ testResults: [good] }, 0)).toEqual({ passed: 2, failed: 0, skipped: 1 });
    expect(countReport({ testResults: [good, file('failed')] }, 1).failed).toBe(1);
    expect(countReport({ testResults: [file('failed', 'failed', 'failed')] }, 1).failed).toBe(2);
    expect(countReport({ testResults: [good] }, 1).failed).toBe(1);
    expect(countReport(undefined, 1).failed).toBe(1);
  });
});

describe('commands in the docs', () => {
  it('are run in order in a folder of their own, and their output is compared', async () => {
    const outcomes = await checkCommands(
      createFolder(),
      page(
        ...['~~~sh run', 'echo 42 > made', '~~~'],
        ...['~~~sh run', 'cat made', '~~~', '~~~text output', '42', '~~~'],
        ...['~~~sh run', 'cat made', '~~~', '~~~text output', '43', '~~~'],
        ...['~~~sh run', 'false', 'true', '~~~'],
        ...['~~~sh', 'true', '~~~'],
      ),
    );
    expect(outcomes.map(({ fault }) => fault?.split('\n')[0])).toEqual([
      undefined,
      undefined,
      'the page shows',
      'exit code 1',
      expect.stringContaining('nothing says how this is checked'),
    ]);
  });

  it('may be covered by a test that is there and names the word', async () => {
    const root = createFolder();
    writeFileSync(join(root, 'a.test.ts'), "it('serves', () => {})");
    const outcomes = await checkCommands(
      root,
      page(
        ...['~~~sh covered-by=a.test.ts#serves', 'x', '~~~'],
        ...['~~~sh covered-by=a.test.ts#drains', 'x', '~~~'],
        ...['~~~sh covered-by=b.test.ts', 'x', '~~~'],
      ),
    );
    expect(outcomes.map(({ fault }) => fault)).toEqual([
      undefined,
      'a.test.ts does not name drains',
      'covered by b.test.ts, which is not there',
    ]);
  });

  it('take `...` in what is shown as anything, and nothing else', () => {
    expect(fitsShown('took 12 ms\n', 'took ... ms')).toBe(true);
    expect(fitsShown('a+b (c)', 'a+b (c)')).toBe(true);
    expect(fitsShown('took 12 ms more', 'took ... ms')).toBe(false);
  });
});

describe('references in the docs', () => {
  it('are held against the files, the headings and the npm scripts', () => {
    const root = createFolder();
    writeFileSync(join(root, 'README.md'), '');
    const written = page(
      '# One heading, two words',
      '[good](#one-heading-two-words) [bad](#none) [gone](gone.md) [out](https://example.org)',
      'Run `npm run good` or `npm run bad`, see `docs/gone.md` and `packages/NAME/x`.',
    );
    const faults = findReferenceFaults(written, {
      root,
      pages: new Map([['README.md', written]]),
      scripts: new Set(['good']),
    });
    expect(faults).toEqual([
      'README.md:2: README.md has no heading #none',
      'README.md:2: the link gone.md leads nowhere',
      'README.md:3: there is no docs/gone.md',
      'README.md:3: there is no npm script bad',
    ]);
  });
});
