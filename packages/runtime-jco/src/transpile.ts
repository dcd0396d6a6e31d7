import type { transpileBytes } from '@bytecodealliance/jco-transpile';
import { preview2SuspendingImports } from '@wasmwhisk/wasi';
import { WasmRuntimeError } from '@wasmwhisk/runtime';

/** What jco makes of a component. */
export interface Transpiled {
  /** JavaScript, as an ES module. */
  readonly module: string;
  /** By file name, in the order in which jco numbers them. */
  readonly coreModules: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  /** Names in the form in which they appear in the module. */
  readonly imports: readonly string[];
  readonly exports: readonly string[];
}

const options: Parameters<typeof transpileBytes>[1] = {
  name: 'component',
  // Core modules and imports are given at each instantiation, which is done in one go.
  instantiation: 'sync',
  // Exports that may suspend: everything that we call.
  asyncMode: 'jspi',
  asyncImports: [...preview2SuspendingImports],
  asyncExports: ['wasi:cli/run#run', 'wasmwhisk:action/handler#run'],
  emitTypescriptDeclarations: false,
  nodejsCompat: false,
  // V8 has several memories; else jco refuses modules that do, and copies between components through shims.
  multiMemory: true,
};

/**
 * Transpiles a component. Holds the thread for a good part of a second.
 *
 * jco-transpile is itself a component that imports preview2-shim, which starts a helper thread when
 * it is loaded. So it is loaded here, on first use: threads that only run guests never load it.
 *
 * @throws WasmRuntimeError `WW_ERR_GUEST_COMPILE`
 */
export async function transpile(component: Uint8Array): Promise<Transpiled> {
  const { transpileBytes } = await import('@bytecodealliance/jco-transpile');
  // A copy of the options: jco writes to what it is given.
  const result = await transpileBytes(component, { ...options }).catch(refuse);
  const files = Object.entries(result.files);
  const [, javaScript] = files.find(([name]) => name.endsWith('.js')) ?? [];
  if (javaScript === undefined) throw new Error('jco generated no JavaScript');
  return {
    module: new TextDecoder('utf-8', { fatal: true }).decode(javaScript),
    coreModules: new Map(
      files
        .filter(([name]) => name.endsWith('.wasm'))
        .map(([name, bytes]) => [name, Uint8Array.from(bytes)]),
    ),
    imports: result.imports,
    exports: result.exports.map(([name]) => name),
  };
}

function refuse(cause: unknown): never {
  throw new WasmRuntimeError(
    'WW_ERR_GUEST_COMPILE',
    `The component cannot be transpiled: ${reasonOf(cause)}.`,
    { cause },
  );
}

/** jco throws errors, their payloads, and errors whose message is a chain of lines. */
function reasonOf(cause: unknown): string {
  const payload =
    typeof cause === 'object' && cause !== null && 'payload' in cause ? cause.payload : undefined;
  const text =
    typeof payload === 'string' ? payload : cause instanceof Error ? cause.message : String(cause);
  const lines = text.split('\n').map((line) => line.trim());
  return lines
    .filter((line) => line.length > 0)
    .join(' ')
    .slice(0, 2000);
}
