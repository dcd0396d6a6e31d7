// Packs what a release publishes of the native engine: the package for this platform with the binary, and
// the main package, which asks for it.
//
//   node scripts/pack-native.ts FOLDER
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { packMain, packPlatform, readBuilt } from './native/packing.ts';
import { digestSources, nativeFolder } from './native/sources.ts';
import { findToolchain, toPlatformName, type Toolchain } from './native/toolchain.ts';

/** @returns The path of the binary, or why it must not be published. */
function findPublishable(toolchain: Toolchain): string | { readonly reason: string } {
  const built = readBuilt(toPlatformName(toolchain.triple));
  if (built === undefined) return { reason: 'The native engine is not built.' };
  const { path, record } = built;
  if (record.profile !== 'release') return { reason: `${path} is a ${record.profile} build.` };
  if (record.sources !== digestSources(nativeFolder))
    return { reason: `${path} is older than the sources.` };
  return path;
}

function refuse(reason: string): number {
  process.stderr.write(`${reason} Run \`npm run build:native\`.\n`);
  return 1;
}

function main(folder: string | undefined): number {
  if (folder === undefined) {
    process.stderr.write('Usage: node scripts/pack-native.ts FOLDER\n');
    return 64;
  }
  const toolchain = findToolchain();
  if ('reason' in toolchain) return refuse(toolchain.reason);
  const binary = findPublishable(toolchain);
  if (typeof binary !== 'string') return refuse(binary.reason);
  const destination = resolve(folder);
  mkdirSync(destination, { recursive: true });
  const platform = packPlatform(toPlatformName(toolchain.triple), binary, toolchain, destination);
  process.stdout.write(`${platform}\n${packMain(destination)}\n`);
  return 0;
}

process.exitCode = main(process.argv[2]);
