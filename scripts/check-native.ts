// Holds the Rust crates of the native engine against one rule; the last line says how it went.
//
//   node scripts/check-native.ts format|clippy|test
import { spawn } from 'node:child_process';
import { toCountsLine } from './counts.ts';
import { countCargoTests } from './native/cargo-tests.ts';
import { addonCrate, nativeFolder } from './native/sources.ts';
import { remapFlags } from './native/remap-flags.ts';
import { makeTargetFolder } from './native/target-folder.ts';
import { findToolchain, type Toolchain } from './native/toolchain.ts';
import { passSignalsOn } from './signals.ts';

const unavailable = 69;

interface CargoEnd {
  readonly exitCode: number;
  readonly output: string;
}

async function runCargo(toolchain: Toolchain, args: readonly string[]): Promise<CargoEnd> {
  const child = spawn(toolchain.cargo, args, {
    cwd: nativeFolder,
    env: {
      ...toolchain.environment,
      CARGO_TARGET_DIR: makeTargetFolder(),
      // Compiled once and looked at by nobody: half of the time would go into what a debugger needs.
      CARGO_PROFILE_DEV_DEBUG: '0',
      CARGO_INCREMENTAL: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    process.stdout.write(text);
    output += text;
  });
  return { exitCode: await passSignalsOn(child), output };
}

/** The subcommand comes with the toolchain or it does not. */
async function has(toolchain: Toolchain, subcommand: string): Promise<boolean> {
  return (await runCargo(toolchain, [subcommand, '--version'])).exitCode === 0;
}

function skip(reason: string): number {
  process.stdout.write(`${reason}\n`);
  return unavailable;
}

async function check(name: string | undefined, toolchain: Toolchain): Promise<number> {
  switch (name) {
    case 'format': {
      if (!(await has(toolchain, 'fmt'))) return skip('This toolchain has no rustfmt.');
      return (await runCargo(toolchain, ['fmt', '--all', '--check'])).exitCode;
    }
    case 'clippy': {
      if (!(await has(toolchain, 'clippy'))) return skip('This toolchain has no clippy.');
      const args = ['clippy', '--locked', '--workspace', '--all-targets', '--', '-D', 'warnings'];
      return (await runCargo(toolchain, args)).exitCode;
    }
    case 'test': {
      // The addon's own functions exist inside Node.js only: there is nothing to link it with.
      // In the profile of the addon, whose compiled dependencies lie there already.
      const args = [
        ...['test', '--locked', '--release', '--workspace', '--exclude', addonCrate],
        ...['--no-fail-fast', ...remapFlags(toolchain)],
      ];
      const { exitCode, output } = await runCargo(toolchain, args);
      const counts = countCargoTests(output, exitCode);
      process.stdout.write(`${toCountsLine(counts)}\n`);
      return counts.failed > 0 || counts.passed === 0 ? 1 : 0;
    }
    default:
      process.stderr.write('Usage: node scripts/check-native.ts format|clippy|test\n');
      return 64;
  }
}

const toolchain = findToolchain();
process.exitCode =
  'reason' in toolchain ? skip(toolchain.reason) : await check(process.argv[2], toolchain);
