import type { FunctionType, ModuleImport } from '@wasmwhisk/artifact';
import { httpDeniedText, importAdvice, WasmRuntimeError, type HttpGrant } from '@wasmwhisk/runtime';
import { preview1Functions, waitingFunctions, type Preview1Version } from '@wasmwhisk/wasi';
import { httpGet } from './http-stand-in.js';
import type { V8Code } from './v8-code.js';

/** Which host functions a guest is given, found out once so that a run only makes these. */
export interface LinkedGuest {
  readonly code: V8Code;
  /** The functions of WASI that it imports, by the module name it uses. */
  readonly wasi: readonly {
    readonly version: Preview1Version;
    readonly names: readonly string[];
  }[];
  readonly httpGet: boolean;
  /** It imports something in which it may wait: its entry is called through JSPI. */
  readonly waits: boolean;
}

/**
 * Checks every import against what can be given, name, kind and signature, and runs nothing.
 *
 * @throws WasmRuntimeError `WW_ERR_GUEST_LINK`, `WW_ERR_CAPABILITY_DENIED`
 */
export function linkGuest(code: V8Code, http: HttpGrant): LinkedGuest {
  const names = new Map<Preview1Version, Set<string>>();
  let importsHttpGet = false;
  for (const wanted of code.imports) {
    if (isPreview1Version(wanted.module)) {
      assertPreview1Function(wanted, wanted.module);
      const set = names.get(wanted.module) ?? new Set();
      names.set(wanted.module, set.add(wanted.name));
    } else if (wanted.module === httpGet.module && wanted.name === httpGet.name) {
      assertSignature(wanted, httpGet.signature);
      assertHttpGranted(http);
      importsHttpGet = true;
    } else {
      throw unknownImport(wanted);
    }
  }
  const wasi = [...names].map(([version, set]) => ({ version, names: [...set] }));
  const waits =
    importsHttpGet || wasi.some((each) => each.names.some((n) => waitingFunctions.has(n)));
  return { code, wasi, httpGet: importsHttpGet, waits };
}

function isPreview1Version(module: string): module is Preview1Version {
  return Object.hasOwn(preview1Functions, module);
}

function assertPreview1Function(wanted: ModuleImport, version: Preview1Version): void {
  const known = preview1Functions[version].get(wanted.name);
  if (known === undefined) throw unknownImport(wanted);
  assertSignature(wanted, {
    params: Array.from(known.params, (letter) => (letter === 'I' ? 'i64' : 'i32')),
    results: known.returns ? ['i32'] : [],
  });
}

function assertSignature(wanted: ModuleImport, expected: FunctionType): void {
  const { external } = wanted;
  if (external.type === 'function' && showType(external.signature) === showType(expected)) return;
  const found =
    external.type === 'function'
      ? `a function ${showType(external.signature)}`
      : `a ${external.type}`;
  throw new WasmRuntimeError(
    'WW_ERR_GUEST_LINK',
    `The import ${showImport(wanted)} is ${found}, but what can be provided is a function ` +
      `${showType(expected)}. Build the action with a toolchain for WASI preview 1.`,
  );
}

function assertHttpGranted(http: HttpGrant): void {
  if (http.type === 'granted') return;
  throw new WasmRuntimeError('WW_ERR_CAPABILITY_DENIED', httpDeniedText(http.reason));
}

function unknownImport(wanted: ModuleImport): WasmRuntimeError {
  return new WasmRuntimeError(
    'WW_ERR_GUEST_LINK',
    `Nothing here provides the import ${showImport(wanted)} (a ${wanted.external.type}). ${importAdvice(wanted.module, wanted.name)}`,
  );
}

function showImport({ module, name }: ModuleImport): string {
  return `${module}.${name}`;
}

function showType({ params, results }: FunctionType): string {
  return `(${params.join(', ')}) -> (${results.join(', ')})`;
}
