import { WasiError } from '../core/errno.js';
import type { Descriptor, DescriptorTable, Rights } from './descriptor-table.js';

/**
 * The `rights` of preview 1, by bit. Told to guests, which open files by them; what a descriptor is enforces
 * them, and after a guest dropped some, `assertRights`.
 */
const bit = {
  fdDatasync: 1n << 0n,
  fdRead: 1n << 1n,
  fdSeek: 1n << 2n,
  fdFdstatSetFlags: 1n << 3n,
  fdSync: 1n << 4n,
  fdTell: 1n << 5n,
  fdWrite: 1n << 6n,
  fdAdvise: 1n << 7n,
  fdAllocate: 1n << 8n,
  pathCreateDirectory: 1n << 9n,
  pathCreateFile: 1n << 10n,
  pathLinkSource: 1n << 11n,
  pathLinkTarget: 1n << 12n,
  pathOpen: 1n << 13n,
  fdReaddir: 1n << 14n,
  pathReadlink: 1n << 15n,
  pathRenameSource: 1n << 16n,
  pathRenameTarget: 1n << 17n,
  pathFilestatGet: 1n << 18n,
  pathFilestatSetSize: 1n << 19n,
  pathFilestatSetTimes: 1n << 20n,
  fdFilestatGet: 1n << 21n,
  fdFilestatSetSize: 1n << 22n,
  fdFilestatSetTimes: 1n << 23n,
  pathSymlink: 1n << 24n,
  pathRemoveDirectory: 1n << 25n,
  pathUnlinkFile: 1n << 26n,
  pollFdReadwrite: 1n << 27n,
} as const;

const inputRights = bit.fdRead | bit.fdFilestatGet | bit.pollFdReadwrite;
const outputRights = bit.fdWrite | bit.fdFilestatGet | bit.pollFdReadwrite;

const fileRights =
  bit.fdDatasync |
  bit.fdSeek |
  bit.fdFdstatSetFlags |
  bit.fdSync |
  bit.fdTell |
  bit.fdAdvise |
  bit.fdFilestatGet |
  bit.pollFdReadwrite;
const readRights = bit.fdRead;
const writeRights = bit.fdWrite | bit.fdAllocate | bit.fdFilestatSetSize;

const directoryRights =
  bit.fdFdstatSetFlags |
  bit.fdSync |
  bit.fdAdvise |
  bit.pathOpen |
  bit.fdReaddir |
  bit.pathReadlink |
  bit.pathFilestatGet |
  bit.fdFilestatGet |
  bit.pollFdReadwrite;
const directoryChangeRights =
  bit.pathCreateDirectory |
  bit.pathCreateFile |
  bit.pathLinkSource |
  bit.pathLinkTarget |
  bit.pathRenameSource |
  bit.pathRenameTarget |
  bit.pathFilestatSetSize |
  bit.pathFilestatSetTimes |
  bit.fdFilestatSetTimes |
  bit.pathSymlink |
  bit.pathRemoveDirectory |
  bit.pathUnlinkFile;

export function rightsOf(descriptor: Descriptor): Rights {
  const { base, inheriting } = rightsByType(descriptor);
  const left = descriptor.rightsLeft;
  if (left === undefined) return { base, inheriting };
  return { base: base & left.base, inheriting: inheriting & left.inheriting };
}

/**
 * Leaves a descriptor only these rights.
 *
 * @throws WasiError `ENOTCAPABLE` for rights that it does not have
 */
export function dropRights(table: DescriptorTable, fd: number, wanted: Rights): void {
  const descriptor = table.get(fd);
  const { base, inheriting } = rightsOf(descriptor);
  if ((wanted.base & ~base) !== 0n || (wanted.inheriting & ~inheriting) !== 0n)
    throw new WasiError('ENOTCAPABLE');
  descriptor.rightsLeft = wanted;
  table.limited = true;
}

/** Which argument of a call is the descriptor that needs which right. */
const neededRights: Readonly<Record<string, readonly (readonly [index: number, bits: bigint])[]>> =
  {
    fd_advise: [[0, bit.fdAdvise]],
    fd_allocate: [[0, bit.fdAllocate]],
    fd_datasync: [[0, bit.fdDatasync]],
    fd_fdstat_set_flags: [[0, bit.fdFdstatSetFlags]],
    fd_filestat_get: [[0, bit.fdFilestatGet]],
    fd_filestat_set_size: [[0, bit.fdFilestatSetSize]],
    fd_filestat_set_times: [[0, bit.fdFilestatSetTimes]],
    fd_pread: [[0, bit.fdRead | bit.fdSeek]],
    fd_pwrite: [[0, bit.fdWrite | bit.fdSeek]],
    fd_read: [[0, bit.fdRead]],
    fd_readdir: [[0, bit.fdReaddir]],
    fd_seek: [[0, bit.fdSeek]],
    fd_sync: [[0, bit.fdSync]],
    fd_tell: [[0, bit.fdTell]],
    fd_write: [[0, bit.fdWrite]],
    path_create_directory: [[0, bit.pathCreateDirectory]],
    path_filestat_get: [[0, bit.pathFilestatGet]],
    path_filestat_set_times: [[0, bit.pathFilestatSetTimes]],
    path_link: [
      [0, bit.pathLinkSource],
      [4, bit.pathLinkTarget],
    ],
    path_open: [[0, bit.pathOpen]],
    path_readlink: [[0, bit.pathReadlink]],
    path_remove_directory: [[0, bit.pathRemoveDirectory]],
    path_rename: [
      [0, bit.pathRenameSource],
      [3, bit.pathRenameTarget],
    ],
    path_symlink: [[2, bit.pathSymlink]],
    path_unlink_file: [[0, bit.pathUnlinkFile]],
  };

/**
 * Holds a call to the rights that are left of its descriptors. Those that dropped none are held by what they are.
 *
 * @throws WasiError `ENOTCAPABLE`
 */
export function assertRights(
  table: DescriptorTable,
  call: string,
  args: readonly (number | bigint | undefined)[],
): void {
  for (const [index, bits] of neededRights[call] ?? []) {
    const { rightsLeft } = table.get(Number(args[index]));
    if (rightsLeft !== undefined && (rightsLeft.base & bits) !== bits)
      throw new WasiError('ENOTCAPABLE');
  }
}

function rightsByType(descriptor: Descriptor): Rights {
  switch (descriptor.type) {
    case 'input':
      return { base: inputRights, inheriting: 0n };
    case 'output':
      return { base: outputRights, inheriting: 0n };
    case 'file': {
      const { mode, mayChange } = descriptor.file;
      const base =
        fileRights |
        (mode.read ? readRights : 0n) |
        (mode.write ? writeRights : 0n) |
        (mayChange ? bit.fdFilestatSetTimes : 0n);
      return { base, inheriting: 0n };
    }
    case 'directory': {
      const { mayChange } = descriptor.directory;
      const base = directoryRights | (mayChange ? directoryChangeRights : 0n);
      const inheriting = base | fileRights | readRights;
      // wasi-libc masks what it asks for with these: without the bits for writing it would open
      // read-only and fail at the write, far from the cause.
      return {
        base,
        inheriting: inheriting | writeRights | bit.fdFilestatSetTimes,
      };
    }
  }
}

/** How `path_open` is told what the file is for. */
export function openModeOf(rights: bigint): { readonly read: boolean; readonly write: boolean } {
  return {
    read: (rights & (bit.fdRead | bit.fdReaddir)) !== 0n,
    write: (rights & writeRights) !== 0n,
  };
}
