import { quote } from './entry-tree.js';
import { IntakeError } from './intake-error.js';
import type { IntakeLimits } from './limits.js';

type SizeLimits = Pick<IntakeLimits, 'unzippedBytes' | 'ratio' | 'ratioFloorBytes'>;

/** Throws `archive-limit` when the files of an archive are too large together. */
export function assertUnzippedSize(bytes: number, limits: SizeLimits): void {
  if (bytes <= limits.unzippedBytes) return;
  throw new IntakeError(
    'archive-limit',
    `The archive unpacks to more than ${String(limits.unzippedBytes)} bytes. Pack only what the action needs.`,
  );
}

/** Throws `archive-limit` when something unpacks to far more than its packed size. `name`: of one entry. */
export function assertRatio(
  packedBytes: number,
  unpackedBytes: number,
  limits: SizeLimits,
  name?: string,
): void {
  if (unpackedBytes <= limits.ratioFloorBytes || unpackedBytes <= packedBytes * limits.ratio)
    return;
  const what = name === undefined ? 'The archive' : `The archive's entry ${quote(name)}`;
  throw new IntakeError(
    'archive-limit',
    `${what} unpacks to more than ${String(limits.ratio)} times its packed size (${String(packedBytes)} bytes), as a zip bomb does. Pack it with less compression if it is genuine.`,
  );
}
