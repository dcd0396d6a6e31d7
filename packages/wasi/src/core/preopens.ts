import { closeSync, constants, openSync, readdirSync } from 'node:fs';
import { DirectoryQuota } from './directory-quota.js';
import type { HostDescriptors } from './host-descriptors.js';
import { OpenDirectory, type DirectoryAccess } from './open-directory.js';
import { entryPath } from './path-walk.js';

/** A directory of the host that a guest is given. */
export interface Preopen {
  /** Absolute; must exist. Links on the way there are the operator's and are followed. */
  readonly hostPath: string;
  /** The guest's name for it, such as `.` or `/data`. */
  readonly guestPath: string;
  readonly access: DirectoryAccess;
  /** Most bytes that it may hold when it is read-write, 4 KiB for each entry included. Default: no limit of ours. */
  readonly bytesMax?: number;
}

export interface PreopenedDirectory {
  readonly guestPath: string;
  readonly directory: OpenDirectory;
}

/**
 * Opens the directories that a guest is given, in their order.
 *
 * @throws what `node:fs` throws when one does not exist or is none; those opened before are closed
 *   with `descriptors`
 */
export function openPreopens(
  preopens: readonly Preopen[],
  descriptors: HostDescriptors,
): PreopenedDirectory[] {
  return preopens.map(({ hostPath, guestPath, access, bytesMax }) => {
    const fd = descriptors.open(hostPath, constants.O_RDONLY | constants.O_DIRECTORY);
    const quota = bytesMax === undefined ? undefined : new DirectoryQuota(hostPath, bytesMax);
    return { guestPath, directory: new OpenDirectory(descriptors, fd, access, quota) };
  });
}

/**
 * Whether this host can give directories at all. It takes Linux with `/proc`; without it every call
 * below a preopened directory would fail with a puzzling `ENOENT`.
 */
export function canPreopen(): boolean {
  if (process.platform !== 'linux') return false;
  const fd = openSync('/', constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    return readdirSync(entryPath(fd, '.')).length > 0;
  } catch {
    return false;
  } finally {
    closeSync(fd);
  }
}
