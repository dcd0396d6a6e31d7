import { readFile } from './source-tree.js';

/** What we read of a package.json. */
export interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly type?: string;
  readonly license?: string;
  readonly engines?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

interface TypeScriptConfig {
  readonly references?: readonly { readonly path: string }[];
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFile(`${folder}package.json`)) as Manifest;
}

/** The folders that a tsconfig refers to, as names of packages; `.` stays. */
export function readReferences(path: string): readonly string[] {
  const config = JSON.parse(readFile(path)) as TypeScriptConfig;
  return (config.references ?? []).map((reference) => reference.path.replace(/^\.\.\//, ''));
}

export const scope = '@wasmwhisk/';

/** The names of our own packages among dependencies, without their scope. */
export function ownNames(dependencies: Readonly<Record<string, string>> = {}): readonly string[] {
  return Object.keys(dependencies)
    .filter((name) => name.startsWith(scope))
    .map((name) => name.slice(scope.length));
}
