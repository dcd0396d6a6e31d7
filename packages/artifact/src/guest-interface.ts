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

/** In order of precedence. Versions of WASI within 0.2 are compatible with each other. */
const componentInterfaces: readonly (readonly [RegExp, GuestInterface])[] = [
  [/^wasmwhisk:action\/handler(@.+)?$/, 'action-world'],
  [/^wasi:http\/incoming-handler@0\.2\.\d+/, 'http-handler'],
  [/^wasi:cli\/run@0\.2\.\d+/, 'command'],
];

/** Which guest interface a component's exported instances offer. */
export function detectComponentInterface(
  exports: readonly ComponentExtern[],
): GuestInterface | undefined {
  for (const [pattern, guestInterface] of componentInterfaces)
    if (exports.some(({ name, kind }) => kind === 'instance' && pattern.test(name)))
      return guestInterface;
  return undefined;
}
