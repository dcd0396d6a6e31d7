import { WasmRuntimeError } from '@wasmwhisk/runtime';

/**
 * What could end a string, a template or a comment of JavaScript. Names of real toolchains have
 * none of it.
 */
const harmful = /['"`\\\p{Cc}\u2028\u2029]|\*\/|\/\*|\$\{/u;

/**
 * Refuses a component whose names would be code in the glue.
 *
 * jco 0.15 writes the import and export names of core modules into its JavaScript between quotes
 * and escapes nothing, and core modules may name things as they like: `a'+process.exit()+'` would
 * run in our process, outside of any sandbox. Names of the component level are restricted by the
 * validator, and are looked at all the same.
 *
 * @throws WasmRuntimeError `WW_ERR_ARTIFACT_UNSUPPORTED`
 */
export function assertHarmlessNames(names: Iterable<string>): void {
  for (const name of names)
    if (harmful.test(name))
      throw new WasmRuntimeError(
        'WW_ERR_ARTIFACT_UNSUPPORTED',
        `The component names an import or export ${JSON.stringify(name)}. The runtime jco takes no ` +
          'names with quotes, backslashes, control characters or comment signs.',
      );
}

/** All names that a core module shows. */
export function namesOf(module: WebAssembly.Module): readonly string[] {
  return [
    ...WebAssembly.Module.imports(module).flatMap((entry) => [entry.module, entry.name]),
    ...WebAssembly.Module.exports(module).map((entry) => entry.name),
  ];
}
