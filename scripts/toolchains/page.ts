import { toTable } from '../markdown-table.ts';
import { toolchains } from './catalog.ts';
import { expectedRows, guestCases, type ExpectedRow, type GuestCase } from './expectations.ts';

const caseNames = Object.keys(guestCases) as GuestCase[];

function toCells({ toolchain, runtime, cells }: ExpectedRow): readonly string[] {
  const outcomes = caseNames.map((name) => cells[name]);
  const reasons = outcomes.flatMap((outcome) => (outcome.type === 'refused' ? [outcome] : []));
  const remarks = new Set(reasons.map(({ code, reason }) => `\`${code}\`: ${reason}`));
  return [
    toolchain.id,
    runtime,
    ...outcomes.map(({ type }) => (type === 'runs' ? 'yes' : 'refused')),
    [...remarks].join('; '),
  ];
}

/** The page of toolchains, from what the tests expect of every cell. */
export function renderToolchainsPage(generated: string): string {
  const tools = toolchains.map(({ id, language, tool, form, from }) => [
    id,
    language,
    tool,
    from,
    form,
  ]);
  const head = ['Toolchain', 'Runtime', ...Object.values(guestCases), 'Refusal'];
  return `# Toolchains

${generated}

[One small action](../../test/toolchains/guests/README.md), built by the toolchains below and run on every runtime by
\`test/toolchains.test.ts\`: over \`/init\` and \`/run\`, as a user would. Each cell of the second table is a test. A
refusal is a test too: \`/init\` answers 502 with this code and this reason.

${toTable(['Toolchain', 'Language', 'Tools', 'From', 'What it makes'], tools)}

How an artifact is used is in [the action world](../../wit/README.md) (components) and in
[the examples](../../examples/actions/README.md) (modules).

${toTable(head, expectedRows.map(toCells))}

- 100 KB and 1 MB in and out: texts of 100,000 and of 1,048,576 bytes with characters of one to four bytes, echoed. The
  first reaches a command as its argument where that may be so long, the second on stdin.
- Non-ASCII: astral, combining and right-to-left characters, joiners, a byte order mark, noncharacters.
- 100 runs at once: in one container, each with its own answer and in its own instance; the guests wait in between,
  except for those in JavaScript and on wasmer, which cannot wait.
`;
}
