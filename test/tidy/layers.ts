/**
 * The packages in layers, lowest first. A package may import those of lower layers only; packages of one
 * layer do not know each other. The picture of it is in docs/design/architecture.md.
 */
export const layers: readonly (readonly string[])[] = [
  ['artifact', 'json-text'],
  ['runtime', 'wasi', 'protocol'],
  ['runner', 'runtime-v8', 'runtime-wasmer', 'runtime-jco', 'runtime-wasmtime'],
  ['runtime-conformance'],
  ['executor'],
  ['standalone'],
  ['cli'],
];

/** Packages that only tests may import; for them the layers below hold, and no layer above. */
export const testOnlyPackages: ReadonlySet<string> = new Set(['runtime-conformance']);

export const packageNames: readonly string[] = layers.flat();

/**
 * Says what is wrong with an import across packages.
 *
 * @param importer - Package that the importing file belongs to.
 * @param imported - Package whose name it imports.
 * @param inTest - Whether the importing file is a test.
 * @returns The fault as a clause; `undefined` when the import is fine.
 */
export function layerFault(
  importer: string,
  imported: string,
  inTest: boolean,
): string | undefined {
  const layerOf = (name: string): number => layers.findIndex((layer) => layer.includes(name));
  if (layerOf(imported) === -1) return `there is no package ${imported} in the table of layers`;
  if (importer === imported) {
    // A test in test/ runs against what is built, and reaches it under the name that users use.
    return inTest ? undefined : 'a package imports its own files, not itself by name';
  }
  if (testOnlyPackages.has(imported)) {
    return inTest ? undefined : `${imported} is for tests only`;
  }
  if (layerOf(imported) >= layerOf(importer)) {
    return `layer ${String(layerOf(importer))} may import lower layers only, ${imported} is in layer ${String(layerOf(imported))}`;
  }
  return undefined;
}
