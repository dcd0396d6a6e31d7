/** The name of the forerunner's stand-in for a request, which guests import as a function. */
export const httpGetImport = { module: 'http', name: 'get' } as const;

/** Module names of WASI preview 1: the final one, and the one before it. */
const preview1Modules: ReadonlySet<string> = new Set(['wasi_snapshot_preview1', 'wasi_unstable']);

/** Who would provide an import that nothing here does, in a sentence, for those that developers meet. */
export function importAdvice(module: string, name: string): string {
  if (preview1Modules.has(module))
    return `WASI preview 1 has no function ${name}; the toolchain is newer or another one.`;
  if (module.startsWith('wasi:')) return 'A host for components does: build a component instead.';
  if (module.startsWith('wasix_')) return 'Only a WASIX host does: build for wasm32-wasi.';
  if (module === 'env' && name === 'abort')
    return "AssemblyScript's own host does: build with --use abort= or with a WASI shim.";
  if (module === 'env' && name === 'memory')
    return 'The guest must define its memory itself: link without --import-memory.';
  if (module === 'env' || module === 'a')
    return 'A JavaScript page of its toolchain usually does: build for WASI (wasm32-wasi) instead.';
  return 'Imports are served from wasi_snapshot_preview1, wasi_unstable and http.get.';
}

/** Why `http.get` is not given, and what to do. */
export function httpDeniedText(reason: string): string {
  return (
    `The import http.get needs HTTP, which is not granted: ${reason} Set the annotation ` +
    'net_access of the action to true, and ask the operator to allow its hosts.'
  );
}
