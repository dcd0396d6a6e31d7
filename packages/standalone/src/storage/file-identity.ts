import { statSync } from 'node:fs';

/** Which file lies at a path, and how it is. A file that this process holds open keeps its number for itself. */
export interface FileIdentity {
  readonly device: number;
  readonly number: number;
  readonly size: number;
  readonly changedMs: number;
}

/**
 * @returns `undefined` when there is nothing
 * @throws what the system says when it does not let us look
 */
export function readIdentity(path: string): FileIdentity | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  const { dev: device, ino: number, size, mtimeMs: changedMs } = found;
  return { device, number, size, changedMs };
}

export function isSameFile(
  one: FileIdentity | undefined,
  other: FileIdentity | undefined,
): boolean {
  return one?.device === other?.device && one?.number === other?.number;
}

/** How many bytes a file has; 0 when it is not there. */
export function sizeOf(path: string): number {
  return readIdentity(path)?.size ?? 0;
}
