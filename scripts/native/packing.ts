import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binaryPathIn, readRecord, type BinaryRecord } from './binary-record.ts';
import { readLinkedCrates, type LinkedCrate } from './crates.ts';
import { binaryFolder, packageFolder, root } from './sources.ts';
import { toPlatformName, type Toolchain } from './toolchain.ts';

/** What we read of a package.json. */
export interface PackageManifest {
  readonly name: string;
  readonly version: string;
  readonly main?: string;
}

/** Where the platform packages have their package.json. */
const platformsFolder = join(packageFolder, 'npm');

/** Such as `linux-x64-gnu`: every system that a binary is shipped for. */
export const platformNames: readonly string[] = readdirSync(platformsFolder).toSorted();

export function readPackageManifest(folder: string): PackageManifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageManifest;
}

function writeManifest(folder: string, manifest: object): void {
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

const licenceFile = /^(?:licen[cs]e|copying|notice|unlicense|copyright)/i;

function licenceTexts({ folder }: LinkedCrate): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && licenceFile.test(entry.name))
    .map(({ name }) => readFileSync(join(folder, name), 'utf8').trim())
    .toSorted();
}

/** The licences of all that is linked in, equal texts once, below the crates that they belong to. */
export function renderThirdPartyLicences(crates: readonly LinkedCrate[]): string {
  const cratesByText = new Map<string, string[]>();
  for (const crate of crates) {
    const texts = licenceTexts(crate);
    const title = `${crate.name} ${crate.version} (${crate.licence})`;
    for (const text of texts.length > 0 ? texts : ['']) {
      cratesByText.set(text, [...(cratesByText.get(text) ?? []), title]);
    }
  }
  const parts = [...cratesByText].map(([text, titles]) => {
    return `${titles.join('\n')}\n\n${text === '' ? '(The crate comes without a text of its licence.)' : text}`;
  });
  const standardLibrary = "Rust's standard library (MIT OR Apache-2.0), https://www.rust-lang.org";
  return `${[standardLibrary, ...parts].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

/** The binary that is built here and what it was made from; `undefined` where there is none. */
export function readBuilt(
  platformName: string,
): { readonly path: string; readonly record: BinaryRecord } | undefined {
  const path = binaryPathIn(binaryFolder, platformName);
  const record = readRecord(path);
  return record === undefined ? undefined : { path, record };
}

/**
 * Packs a platform package as it is published.
 *
 * @returns The path of the archive.
 */
export function packPlatform(
  platformName: string,
  binaryPath: string,
  toolchain: Toolchain,
  destination: string,
): string {
  if (toPlatformName(toolchain.triple) !== platformName)
    throw new Error(`this toolchain builds for ${toolchain.triple}, and not for ${platformName}`);
  const template = join(platformsFolder, platformName);
  const { version } = readPackageManifest(packageFolder);
  const manifest = { ...readPackageManifest(template), version };
  return inScratchFolder((folder) => {
    writeManifest(folder, manifest);
    copyFileSync(join(template, 'README.md'), join(folder, 'README.md'));
    copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
    copyFileSync(binaryPath, join(folder, manifest.main ?? ''));
    const crates = readLinkedCrates(toolchain, toolchain.triple);
    writeFileSync(join(folder, 'THIRD-PARTY-LICENCES.txt'), renderThirdPartyLicences(crates));
    return packFolder(folder, destination);
  });
}

/**
 * Packs the main package as it is published: without a binary, and asking for those of the platforms. In a
 * checkout it does not ask for them: npm would look for a version that no registry has yet.
 *
 * @returns The path of the archive.
 */
export function packMain(destination: string): string {
  const manifest = readPackageManifest(packageFolder);
  const optionalDependencies = Object.fromEntries(
    platformNames.map((name) => [`${manifest.name}-${name}`, manifest.version]),
  );
  return inScratchFolder((scratch) => {
    const folder = join(scratch, 'package');
    unpack(packFolder(packageFolder, scratch), folder);
    writeManifest(folder, { ...manifest, optionalDependencies });
    return packFolder(folder, destination);
  });
}

/** Unpacks an archive of npm, without the folder that all its files are in. */
export function unpack(archive: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const args = ['--extract', '--file', archive, '--directory', folder, '--strip-components', '1'];
  const { status, stderr } = spawnSync('tar', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`tar failed on ${archive}:\n${stderr}`);
}

/** @returns The path of the archive. */
function packFolder(folder: string, destination: string): string {
  const { status, stdout, stderr } = spawnSync(
    'npm',
    ['pack', '--silent', '--ignore-scripts', '--pack-destination', destination],
    { cwd: folder, encoding: 'utf8' },
  );
  const path = join(destination, stdout.trim());
  if (status !== 0 || !existsSync(path))
    throw new Error(`npm pack in ${folder} failed:\n${stderr}${stdout}`);
  return path;
}

function inScratchFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'wasmwhisk-pack-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
