// Measures what section 6 of the design aims at, side by side in one run.
//
//   npm run bench -- [--only NAME]... [--wasmtime PATH] [--json] [--help]
import { cpus, release, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { isMet, toTable, type SectionResult } from './measuring/figure.ts';
import { findWasmtimeCommand, wasmtimeVariable } from './processes/wasmtime-command.ts';
import { containerMemory } from './sections/container-memory.ts';
import { cpuBound } from './sections/cpu-bound.ts';
import { floodsSection } from './sections/floods.ts';
import { httpComponent } from './sections/http-component.ts';
import { httpRun } from './sections/http-run.ts';
import { init } from './sections/init.ts';
import { longRun } from './sections/long-run.ts';
import { runCost } from './sections/run-cost.ts';
import type { Section, SectionOptions } from './sections/section.ts';
import { start } from './sections/start.ts';
import { standaloneDurability } from './sections/standalone-durability.ts';
import { standaloneFirst } from './sections/standalone-first.ts';
import { standaloneRecords } from './sections/standalone-records.ts';
import { standaloneRun } from './sections/standalone-run.ts';
import { waiting } from './sections/waiting.ts';

const sections: readonly Section[] = [
  start,
  runCost,
  init,
  httpRun,
  containerMemory,
  waiting,
  longRun,
  cpuBound,
  floodsSection,
  httpComponent,
  standaloneRun,
  standaloneDurability,
  standaloneFirst,
  standaloneRecords,
];
const names = sections.map(({ name }) => name);

const help = `Usage: npm run bench -- [--only NAME]... [--wasmtime PATH] [--json]

Measures the built executor on this machine, with processes of its own on loopback, and prints each
figure beside what the design aims at. Takes about eight minutes. Only ratios measured in one run
compare: leave the machine alone meanwhile. What is not there is skipped, and the reason shown.

  --only NAME      Only this section, may be repeated:
                   ${names.join(', ')}
  --wasmtime PATH  The wasmtime command line to compare with (${wasmtimeVariable})
  --json           JSON on stdout in place of the tables
  --help           This text

Exit codes: 0 measured (aims may be missed), 1 a section failed, 2 wrong usage.
`;

interface Machine {
  readonly node: string;
  readonly kernel: string;
  readonly processors: number;
  readonly processor: string;
  readonly memoryBytes: number;
}

function describeMachine(): Machine {
  const processors = cpus();
  return {
    node: process.version,
    kernel: release(),
    processors: processors.length,
    processor: processors[0]?.model.trim() ?? 'unknown',
    memoryBytes: totalmem(),
  };
}

async function measure(
  { name, title, measure: run }: Section,
  options: SectionOptions,
): Promise<SectionResult> {
  const startedAt = performance.now();
  const seconds = (): number => (performance.now() - startedAt) / 1000;
  try {
    const { figures, notes = [] } = await run(options);
    return { name, title, notes, figures, failure: undefined, seconds: seconds() };
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    return { name, title, notes: [], figures: [], failure, seconds: seconds() };
  }
}

interface Options {
  readonly chosen: readonly Section[];
  readonly json: boolean;
  readonly section: SectionOptions;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: names },
      wasmtime: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    process.exit(0);
  }
  const unknown = values.only.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new Error(`There is no section "${unknown}"; there are ${names.join(', ')}.`);
  const wasmtime = findWasmtimeCommand(values.wasmtime ?? process.env[wasmtimeVariable]);
  // Named on purpose: measuring without it would not be what was asked for.
  if (values.wasmtime !== undefined && wasmtime.type === 'missing') throw new Error(wasmtime.note);
  return {
    chosen: sections.filter(({ name }) => values.only.includes(name)),
    json: values.json,
    section: { wasmtime },
  };
}

async function main(): Promise<void> {
  let options: Options;
  try {
    options = readOptions();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
    return;
  }
  const { chosen, json, section: sectionOptions } = options;
  const machine = describeMachine();
  const say = (text: string): void => {
    if (!json) process.stdout.write(`${text}\n`);
  };
  say(
    `Node.js ${machine.node}, Linux ${machine.kernel}, ${String(machine.processors)} processors (${machine.processor}), ` +
      `${(machine.memoryBytes / 1e9).toFixed(1)} GB\n`,
  );
  const results: SectionResult[] = [];
  for (const section of chosen) {
    const result = await measure(section, sectionOptions);
    results.push(result);
    say(toTable(result));
  }
  const judged = results
    .flatMap(({ figures }) => figures.map(isMet))
    .filter((met) => met !== undefined);
  const met = judged.filter(Boolean).length;
  if (json) process.stdout.write(`${JSON.stringify({ machine, results }, undefined, 2)}\n`);
  say(`${String(met)} of ${String(judged.length)} aims met.`);
  if (results.some(({ failure }) => failure !== undefined)) process.exitCode = 1;
}

await main();
