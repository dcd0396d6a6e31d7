import { isPreview1Version, type ModuleImport } from '@wasmwhisk/artifact';
import { WasmRuntimeError } from '../errors.js';
import type { HttpGrant } from '../settings.js';

/** The name of the forerunner's stand-in for a request, which guests import as a function. */
export const httpGetImport = { module: 'http', name: 'get' } as const;

/** Who would provide an import that nothing here does, in a sentence, for those that developers meet. */
export function importAdvice(module: string, name: string): string {
  if (isPreview1Version(module))
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

/** @throws WasmRuntimeError `WW_ERR_CAPABILITY_DENIED` when a module imports `http.get` and may not have it */
export function assertHttpGranted(imports: readonly ModuleImport[], http: HttpGrant): void {
  if (http.type === 'granted' || !imports.some(isHttpGet)) return;
  throw new WasmRuntimeError(
    'WW_ERR_CAPABILITY_DENIED',
    `The import http.get needs HTTP, which is not granted: ${http.reason} Set the annotation ` +
      'net_access of the action to true, and ask the operator to allow its hosts.',
  );
}

function isHttpGet({ module, name }: ModuleImport): boolean {
  return module === httpGetImport.module && name === httpGetImport.name;
}
