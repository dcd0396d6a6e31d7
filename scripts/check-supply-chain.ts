// Holds what others wrote and we build in to what is known about it.
//
//   node scripts/check-supply-chain.ts sources|yanked|crates|npm
//
// sources: every crate and package comes from its registry with a digest; needs no network.
// yanked: no crate was taken back by its author. crates: no advisory of RustSec, through OSV.
// npm: no advisory of high severity. The last three end with 69 where their service does not answer.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './native/sources.ts';
import { findToolchain } from './native/toolchain.ts';
import {
  crateSourceFaults,
  packageSourceFaults,
  readLockedCrates,
  readPackageLock,
} from './supply-chain/locks.ts';
import { isRed, readAudit } from './supply-chain/npm-audit.ts';
import { findCrateAdvisories, NoAnswerError } from './supply-chain/osv.ts';
import { refreshIndex, yankedFaults } from './supply-chain/yanked.ts';

const unavailable = 69;

/** An advisory that does not concern us, and until when that is believed. */
interface Acceptance {
  readonly id: string;
  readonly reason: string;
  /** Such as `2027-01-31`. */
  readonly until: string;
}

function report(faults: readonly string[], looked: string): number {
  for (const fault of faults) process.stdout.write(`${fault}\n`);
  process.stdout.write(`${looked}, ${String(faults.length)} faults\n`);
  return faults.length === 0 ? 0 : 1;
}

function skip(reason: string): number {
  process.stdout.write(`${reason}\n`);
  return unavailable;
}

function checkSources(): number {
  const crates = readLockedCrates();
  const faults = [...crateSourceFaults(crates), ...packageSourceFaults(readPackageLock())];
  return report(faults, `${String(crates.length)} crates and the packages of npm`);
}

function checkYanked(): number {
  const toolchain = findToolchain();
  if ('reason' in toolchain) return skip(toolchain.reason);
  const reason = refreshIndex(toolchain);
  if (reason !== undefined) return skip(reason);
  const crates = readLockedCrates();
  return report(yankedFaults(crates), `${String(crates.length)} crates`);
}

async function checkCrates(): Promise<number> {
  const service = process.env['WASMWHISK_OSV_URL'] ?? 'https://api.osv.dev';
  const accepted = JSON.parse(
    readFileSync(join(root, 'scripts', 'supply-chain', 'accepted.json'), 'utf8'),
  ) as readonly Acceptance[];
  const today = new Date().toISOString().slice(0, 10);
  const isAccepted = (id: string): boolean =>
    accepted.some((acceptance) => acceptance.id === id && acceptance.until >= today);
  const crates = readLockedCrates();
  try {
    const advisories = await findCrateAdvisories(crates, service);
    const lineOf = ({ crate, id, summary }: (typeof advisories)[number]): string =>
      `${crate}: ${id} ${summary}`;
    for (const advisory of advisories)
      if (advisory.informational) process.stdout.write(`note: ${lineOf(advisory)}\n`);
    const red = advisories.filter(({ id, informational }) => !informational && !isAccepted(id));
    return report(red.map(lineOf), `${String(crates.length)} crates`);
  } catch (error) {
    if (error instanceof NoAnswerError) return skip(error.message);
    throw error;
  }
}

function checkNpm(): number {
  const args = ['audit', '--audit=true', '--omit=dev', '--json'];
  const { stdout } = spawnSync('npm', args, { cwd: root, encoding: 'utf8' });
  const outcome = readAudit(stdout);
  if (outcome.type === 'no answer')
    return skip(`The registry of npm does not tell advisories: ${outcome.reason}`);
  process.stdout.write(`${JSON.stringify(outcome.counts)}\n`);
  if (!isRed(outcome.counts)) return 0;
  process.stdout.write('See `npm audit --audit=true --omit=dev`.\n');
  return 1;
}

async function check(name: string | undefined): Promise<number> {
  switch (name) {
    case 'sources':
      return checkSources();
    case 'yanked':
      return checkYanked();
    case 'crates':
      return checkCrates();
    case 'npm':
      return checkNpm();
    default:
      process.stderr.write('Usage: node scripts/check-supply-chain.ts sources|yanked|crates|npm\n');
      return 64;
  }
}

process.exitCode = await check(process.argv[2]);
