import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the kernel tells of a process. */
export interface ProcStatus {
  /** Resident memory in bytes. */
  readonly rssBytes: number;
  readonly threads: number;
  /** Open descriptors. */
  readonly descriptors: number;
}

/** Reads `/proc/PID`. Linux only. */
export function readProcStatus(pid: number): ProcStatus {
  return {
    rssBytes: readRssBytes(pid),
    threads: readdirSync(`/proc/${String(pid)}/task`).length,
    descriptors: readdirSync(`/proc/${String(pid)}/fd`).length,
  };
}

/** Resident memory in bytes; cheap enough to be read a hundred times a second. */
export function readRssBytes(pid: number): number {
  const pages = readFileSync(`/proc/${String(pid)}/statm`, 'latin1').split(' ')[1];
  return Number(pages) * pageBytes;
}

/** CPU time that a process has used, all its threads together, in milliseconds. */
export function readCpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
  // Counted from behind the name, which may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * (1000 / ticksPerSecond);
}

/** Linux says 4 KiB on x86-64 and on nearly every arm64. */
const pageBytes = 4096;
const ticksPerSecond = 100;

/** Files and folders below a folder, itself not counted. */
export function countEntries(folder: string): number {
  let entries = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    entries += 1 + (entry.isDirectory() ? countEntries(join(folder, entry.name)) : 0);
  return entries;
}
