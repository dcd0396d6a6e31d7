import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { digestFile } from './sources.ts';

export type Profile = 'release' | 'quick';

/** What a binary was made from; stands beside it as JSON. */
export interface BinaryRecord {
  /** `digestSources` of the crates. */
  readonly sources: string;
  readonly profile: Profile;
  readonly rust: string;
  /** Digest of the binary itself: one that was exchanged or cut off is made anew. */
  readonly binary: string;
}

export function binaryPathIn(folder: string, platformName: string): string {
  return join(folder, `wasmwhisk-native.${platformName}.node`);
}

function recordPathOf(binaryPath: string): string {
  return binaryPath.replace(/\.node$/, '.json');
}

/** @returns `undefined` where there is no binary, or not the one that was recorded. */
export function readRecord(binaryPath: string): BinaryRecord | undefined {
  try {
    const text = readFileSync(recordPathOf(binaryPath), 'utf8');
    const record = JSON.parse(text) as BinaryRecord;
    return record.binary === digestFile(binaryPath) ? record : undefined;
  } catch {
    // Missing or cut off, which is the same: there is nothing to rely on.
    return undefined;
  }
}

/** Replaces what is at `path` at once: a process that has the old file mapped keeps it. */
function replaceFile(path: string, write: (draft: string) => void): void {
  const draft = `${path}.${String(process.pid)}`;
  try {
    write(draft);
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Puts a binary in its place, and its record beside it. */
export function installBinary(
  from: string,
  binaryPath: string,
  made: Omit<BinaryRecord, 'binary'>,
): void {
  mkdirSync(dirname(binaryPath), { recursive: true });
  replaceFile(binaryPath, (draft) => {
    copyFileSync(from, draft);
  });
  const record: BinaryRecord = { ...made, binary: digestFile(binaryPath) };
  // Second: without it, or with one that does not fit, the next build does the work again.
  replaceFile(recordPathOf(binaryPath), (draft) => {
    writeFileSync(draft, `${JSON.stringify(record, undefined, 2)}\n`);
  });
}
