import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/* Real file systems that are small or read-only. Only root may mount them, and not in every container. */

const mebibyte = 1024 * 1024;

/** Why no file system can be mounted here; `undefined` when one can. */
export const noMountReason: string | undefined = findReason();

/** A disk of this size, gone with the test. */
export function mountDisk(mebibytes: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'wasmwhisk-disk-'));
  mount(['-t', 'tmpfs', '-o', `size=${String(mebibytes)}m`, 'tmpfs', folder], folder);
  return folder;
}

/** The same folder at another place, where nothing can be written. */
export function mountReadOnly(folder: string): string {
  const place = mkdtempSync(join(tmpdir(), 'wasmwhisk-read-only-'));
  mount(['--bind', folder, place], place);
  execFileSync('mount', ['-o', 'remount,bind,ro', place], { stdio: 'pipe' });
  return place;
}

/** Fills a disk to its last byte. @returns makes room again */
export function fillDisk(disk: string): () => void {
  const file = join(disk, 'filler');
  for (let bytes = mebibyte, index = 0; bytes >= 4096; index += 1) {
    if (statfsSync(disk).bavail * statfsSync(disk).bsize < bytes) bytes /= 2;
    else writeFileSync(`${file}${String(index)}`, Buffer.alloc(bytes));
  }
  return () => {
    execFileSync('sh', ['-c', 'rm -f "$0"*', file]);
  };
}

function mount(args: readonly string[], place: string): void {
  execFileSync('mount', args, { stdio: 'pipe' });
  onTestFinished(() => {
    execFileSync('umount', ['--lazy', place], { stdio: 'pipe' });
    rmSync(place, { recursive: true, force: true });
  });
}

function findReason(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root may mount';
  const folder = mkdtempSync(join(tmpdir(), 'wasmwhisk-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', folder], { stdio: 'pipe' });
    execFileSync('umount', [folder], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `mount is refused: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
