import type { ComponentExtern, FunctionType, GuestInterface, ModuleExport } from './description.js';

const bufferExports = [
  'wasm_memory_buffer_allocate_space',
  'get_wasm_memory_buffer_pointer',
  'get_wasm_memory_buffer_len',
];
const secondBufferExports = ['set_input', 'get_result_len', 'get_result'];

const numberTypes: ReadonlySet<string> = new Set(['i32', 'i64', 'f32', 'f64']);

/** Which guest interface a module's exports offer. The more specific one counts: buffer guests export `_start` too. */
export function detectModuleInterface(
  exports: readonly ModuleExport[],
): GuestInterface | undefined {
  const functions = new Map<string, FunctionType>();
  for (const { name, external } of exports)
    if (external.type === 'function') functions.set(name, external.signature);
  if (bufferExports.every((name) => functions.has(name))) return 'buffer';
  if (secondBufferExports.every((name) => functions.has(name))) return 'buffer-second';
  if (functions.has('_start')) return 'command';
  // `_initialize` is called by the host, so it is nothing that `main` could name.
  functions.delete('_initialize');
  const numeric = [...functions.values()].some(isNumeric);
  return numeric ? 'numeric' : undefined;
}

function isNumeric({ params, results }: FunctionType): boolean {
  return (
    results.length <= 1 && [...params, ...results].every((valueType) => numberTypes.has(valueType))
  );
}

interface ComponentInterface {
  readonly guestInterface: GuestInterface;
  /** The exported instance, without its version. */
  readonly name: string;
  /** Releases that are compatible with each other. A candidate such as `0.2.0-rc-2023-11-10` is none. */
  readonly versions: RegExp;
}

/** In order of precedence. */
const componentInterfaces: readonly ComponentInterface[] = [
  {
    guestInterface: 'action-world',
    name: 'wasmwhisk:action/handler',
    versions: /^0\.1\.\d+$/,
  },
  {
    guestInterface: 'http-handler',
    name: 'wasi:http/incoming-handler',
    versions: /^0\.2\.\d+$/,
  },
  { guestInterface: 'command', name: 'wasi:cli/run', versions: /^0\.2\.\d+$/ },
];

/**
 * Which guest interface a component's exported instances offer. One of a version that is not served
 * counts where there is no other.
 */
export function detectComponentInterface(
  exports: readonly ComponentExtern[],
): GuestInterface | undefined {
  const offered = componentInterfaces.filter(({ name }) =>
    exports.some((each) => each.kind === 'instance' && splitVersion(each.name).name === name),
  );
  const served = offered.find(({ guestInterface }) =>
    exports.some((each) => isServedExport(each, guestInterface)),
  );
  return (served ?? offered[0])?.guestInterface;
}

/** Whether an export of a component is the interface of such a guest, in a version that is served. */
export function isServedExport(
  { name: text, kind }: ComponentExtern,
  guestInterface: GuestInterface,
): boolean {
  const { name, version } = splitVersion(text);
  return componentInterfaces.some(
    (each) =>
      kind === 'instance' &&
      each.guestInterface === guestInterface &&
      each.name === name &&
      each.versions.test(version),
  );
}

function splitVersion(text: string): { readonly name: string; readonly version: string } {
  const at = text.indexOf('@');
  return at < 0
    ? { name: text, version: '' }
    : { name: text.slice(0, at), version: text.slice(at + 1) };
}
