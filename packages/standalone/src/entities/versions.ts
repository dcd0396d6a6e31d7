import { Rejection } from '../rejections.js';

/** Of every entity that is created without a version of its own. */
export const firstVersion = '0.0.1';

const partMax = 2_147_483_647;

/**
 * Reads a version that a body gives: one to three numbers with dots between, `1.2` being `1.2.0`.
 *
 * @returns `major.minor.patch`
 * @throws Rejection `WW_ERR_API_BODY`, also of `0.0.0`
 */
export function parseVersion(value: unknown): string {
  const match =
    typeof value === 'string'
      ? /^([0-9]{1,10})(?:\.([0-9]{1,10}))?(?:\.([0-9]{1,10}))?$/.exec(value)
      : null;
  const parts = match?.slice(1).map((part: string | undefined) => Number(part ?? '0')) ?? [];
  const isVersion =
    parts.length === 3 && parts.every((part) => part <= partMax) && parts.some((part) => part > 0);
  if (!isVersion)
    throw new Rejection(
      'WW_ERR_API_BODY',
      '"version" must be three numbers with dots between, such as "0.0.1", not all of them zero.',
    );
  return parts.map(String).join('.');
}

/** The version after an overwrite: the last number is one more. */
export function nextVersion(version: string): string {
  const [major = '0', minor = '0', patch = '0'] = version.split('.');
  return `${major}.${minor}.${String(Number(patch) + 1)}`;
}
