import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** What a shared library was made for, in Node.js's own words (`process.platform`, `process.arch`). */
interface LibraryTarget {
  readonly platform: string;
  readonly arch: string;
}

const elfMagic = 0x7f454c46;
const elfHeaderBytes = 64;
const elfArchs: ReadonlyMap<number, string> = new Map([
  [3, 'ia32'],
  [22, 's390x'],
  [40, 'arm'],
  [62, 'x64'],
  [183, 'arm64'],
  [243, 'riscv64'],
]);
const machMagic = 0xcffaedfe;
const machArchs: ReadonlyMap<number, string> = new Map([
  [0x01000007, 'x64'],
  [0x0100000c, 'arm64'],
]);
const peArchs: ReadonlyMap<number, string> = new Map([
  [0x8664, 'x64'],
  [0xaa64, 'arm64'],
]);
/** Of the first bytes; enough for the header of each format. */
const headBytes = 4096;

function isErrno(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error;
}

function archOf(table: ReadonlyMap<number, string>, machine: number): string {
  return table.get(machine) ?? `machine ${String(machine)}`;
}

function targetOf(head: Buffer): LibraryTarget | undefined {
  if (head.length < elfHeaderBytes) return undefined;
  // Byte 5 says the byte order; the machines we know as big-endian are none of ours, but are named.
  if (head.readUInt32BE(0) === elfMagic) {
    const machine = head[5] === 2 ? head.readUInt16BE(18) : head.readUInt16LE(18);
    return { platform: 'linux', arch: archOf(elfArchs, machine) };
  }
  if (head.readUInt32BE(0) === machMagic)
    return { platform: 'darwin', arch: archOf(machArchs, head.readUInt32LE(4)) };
  if (head.toString('latin1', 0, 2) === 'MZ') {
    const at = head.readUInt32LE(0x3c);
    const machine = at + 6 <= head.length ? head.readUInt16LE(at + 4) : 0;
    return { platform: 'win32', arch: archOf(peArchs, machine) };
  }
  return undefined;
}

/**
 * Where the section table of a 64-bit ELF file ends. Linkers write it last, so a file that reaches to
 * there is whole, and one that was cut off is not.
 */
function elfEnd(head: Buffer): bigint {
  const offset = head.readBigUInt64LE(0x28);
  return offset + BigInt(head.readUInt16LE(0x3a)) * BigInt(head.readUInt16LE(0x3c));
}

function describeHead(head: Buffer, size: number, host: LibraryTarget): string | undefined {
  const target = targetOf(head);
  if (target === undefined) return 'is no shared library (damaged, or something else altogether)';
  if (target.platform !== host.platform || target.arch !== host.arch)
    return `is made for ${target.platform}-${target.arch}, and this is ${host.platform}-${host.arch}`;
  if (target.platform === 'linux' && elfEnd(head) > BigInt(size))
    return `is damaged: it ends after ${String(size)} of at least ${String(elfEnd(head))} bytes`;
  return undefined;
}

/**
 * Looks at a shared library without loading it. It has to be done first: the loader of the operating
 * system maps a file that was cut off, and the process dies of a bus error where bytes are missing.
 *
 * @param path - The file.
 * @param host - What runs here.
 * @returns What is wrong, as a clause without subject; `undefined` when it may be loaded.
 */
export function findLibraryFault(path: string, host: LibraryTarget): string | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if (!isErrno(error)) throw error;
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return 'is not there';
    if (error.code === 'EACCES') return 'may not be read';
    return `cannot be opened (${error.code ?? error.message})`;
  }
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) return stat.isDirectory() ? 'is a folder' : 'is no file';
    const head = Buffer.alloc(Math.min(headBytes, stat.size));
    readSync(file, head, 0, head.length, 0);
    return describeHead(head, stat.size, host);
  } finally {
    closeSync(file);
  }
}
