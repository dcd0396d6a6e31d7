import { WasiError } from './errno.js';

/** Longest path that a guest may give, in UTF-16 units; Linux's own bound for bytes. */
export const pathLengthMax = 4096;

/** A relative path, taken apart. */
export interface ParsedPath {
  /** Never empty strings; `.` is left out, `..` is kept. Empty when the path is `.` and the like. */
  readonly components: readonly string[];
  /** The path ends in `/` or `/.`, and so can only mean a directory. */
  readonly mustBeDirectory: boolean;
}

/**
 * Takes a guest's path, or the target of a symbolic link, apart.
 *
 * @throws WasiError `ENOENT` (empty), `EPERM` (absolute: a way out), `ENAMETOOLONG`, `EINVAL` (NUL)
 */
export function parsePath(path: string): ParsedPath {
  if (path.length === 0) throw new WasiError('ENOENT');
  if (path.length > pathLengthMax) throw new WasiError('ENAMETOOLONG');
  if (path.includes('\0')) throw new WasiError('EINVAL', 'A path holds a NUL character.');
  if (path.startsWith('/')) throw new WasiError('EPERM', 'Absolute paths lead out.');
  if (!path.includes('/') && path !== '.' && path !== '..')
    return { components: [path], mustBeDirectory: false };
  return {
    components: path.split('/').filter((component) => component !== '' && component !== '.'),
    mustBeDirectory: /(?:^|\/)\.{0,2}$/.test(path),
  };
}
