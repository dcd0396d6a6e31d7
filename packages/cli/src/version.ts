import { readFileSync } from 'node:fs';

interface PackageText {
  readonly version: string;
}

/** The version of this package, and of all others: they are released together. */
export const version: string = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as PackageText
).version;
