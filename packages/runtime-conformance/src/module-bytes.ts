import type { FunctionType } from '@wasmwhisk/artifact';

/** A command in bytes, so that a case can have what no toolchain makes. */
export interface ModuleRequest {
  readonly imports?: readonly (readonly [module: string, name: string, type: FunctionType])[];
  /** Default: a plain memory of one page, exported as `memory`. */
  readonly memory?: 'exported' | 'private' | 'shared' | 'none';
  /** Bytes of the body of `_start`. Default: it returns. */
  readonly body?: readonly number[];
}

const valueTypes: ReadonlyMap<string, number> = new Map([
  ['i32', 0x7f],
  ['i64', 0x7e],
]);

/** The module that a request describes. */
export function commandModule(request: ModuleRequest = {}): Uint8Array<ArrayBuffer> {
  const { imports = [], memory = 'exported', body = [] } = request;
  const types: readonly FunctionType[] = [
    { params: [], results: [] },
    ...imports.map(([, , type]) => type),
  ];
  const exports = [[...name('_start'), 0x00, ...number(imports.length)]];
  if (memory === 'exported' || memory === 'shared') exports.push([...name('memory'), 0x02, 0x00]);
  const limits = memory === 'shared' ? [0x03, 0x01, 0x02] : [0x00, 0x01];
  const code = [0x00, ...body, 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, types.map(typeBytes)),
    ...section(
      2,
      imports.map(([module, field], index) => [
        ...name(module),
        ...name(field),
        0x00,
        ...number(index + 1),
      ]),
    ),
    ...section(3, [[0x00]]),
    ...(memory === 'none' ? [] : section(5, [limits])),
    ...section(7, exports),
    ...section(10, [[...number(code.length), ...code]]),
  ]);
}

/** Adds two numbers that are not there: every engine refuses it, once it looks. */
export const invalidBody: readonly number[] = [0x6a];

function typeBytes({ params, results }: FunctionType): readonly number[] {
  const values = (types: readonly string[]): readonly number[] => [
    ...number(types.length),
    ...types.map((type) => valueTypes.get(type) ?? 0),
  ];
  return [0x60, ...values(params), ...values(results)];
}

function section(id: number, items: readonly (readonly number[])[]): readonly number[] {
  const content = [...number(items.length), ...items.flat()];
  return [id, ...number(content.length), ...content];
}

function name(text: string): readonly number[] {
  const bytes = [...new TextEncoder().encode(text)];
  return [...number(bytes.length), ...bytes];
}

/** Unsigned LEB128. */
function number(value: number): readonly number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...number(value >>> 7)];
}
