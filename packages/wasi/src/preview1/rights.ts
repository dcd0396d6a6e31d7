import type { Descriptor } from './descriptor-table.js';

/** The `rights` of preview 1, by bit. Told to guests, which open files by them; enforced by what a descriptor is. */
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

export interface Rights {
  readonly base: bigint;
  /** What descriptors opened from it may have. */
  readonly inheriting: bigint;
}

export function rightsOf(descriptor: Descriptor): Rights {
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
