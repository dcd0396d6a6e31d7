import { isPreview1Version, type Preview1Version } from '@wasmwhisk/artifact';
import { assertHttpGranted, type HttpGrant } from '@wasmwhisk/runtime';
import { waitingFunctions } from '@wasmwhisk/wasi';
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
 * Collects the host functions of a guest whose imports `assertRunnable` has checked. Runs nothing.
 *
 * @throws WasmRuntimeError `WW_ERR_CAPABILITY_DENIED`
 */
export function linkGuest(code: V8Code, http: HttpGrant): LinkedGuest {
  assertHttpGranted(code.imports, http);
  const names = new Map<Preview1Version, Set<string>>();
  let importsHttpGet = false;
  for (const { module, name } of code.imports) {
    if (isPreview1Version(module)) {
      const set = names.get(module) ?? new Set();
      names.set(module, set.add(name));
    } else importsHttpGet = true;
  }
  const wasi = [...names].map(([version, set]) => ({ version, names: [...set] }));
  const waits =
    importsHttpGet || wasi.some((each) => each.names.some((n) => waitingFunctions.has(n)));
  return { code, wasi, httpGet: importsHttpGet, waits };
}
