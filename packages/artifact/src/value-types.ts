import type { ValueTypeName } from './description.js';
import type { ByteReader } from './byte-reader.js';

const numberTypes: ReadonlyMap<number, ValueTypeName> = new Map([
  [0x7f, 'i32'],
  [0x7e, 'i64'],
  [0x7d, 'f32'],
  [0x7c, 'f64'],
  [0x7b, 'v128'],
]);

/** Heap types with a code, and the short spelling of a nullable reference to each. */
const heapTypes: ReadonlyMap<number, readonly [heap: string, reference: ValueTypeName]> = new Map([
  [0x75, ['nocont', 'nullcontref']],
  [0x74, ['noexn', 'nullexnref']],
  [0x73, ['nofunc', 'nullfuncref']],
  [0x72, ['noextern', 'nullexternref']],
  [0x71, ['none', 'nullref']],
  [0x70, ['func', 'funcref']],
  [0x6f, ['extern', 'externref']],
  [0x6e, ['any', 'anyref']],
  [0x6d, ['eq', 'eqref']],
  [0x6c, ['i31', 'i31ref']],
  [0x6b, ['struct', 'structref']],
  [0x6a, ['array', 'arrayref']],
  [0x69, ['exn', 'exnref']],
  [0x68, ['cont', 'contref']],
]);

/** A heap type: a code, or the index of a type. */
export function readHeapType(reader: ByteReader): string {
  const start = reader.offset;
  const value = reader.s33();
  if (value >= 0) return String(value);
  const known = value >= -64 ? heapTypes.get(value + 0x80) : undefined;
  if (known === undefined) throw reader.malformed('an unknown heap type stands', start);
  return known[0];
}

/** A reference type in the text format's spelling. */
export function readReferenceType(reader: ByteReader): ValueTypeName {
  const start = reader.offset;
  const code = reader.byte();
  if (code === 0x63) return `(ref null ${readHeapType(reader)})`;
  if (code === 0x64) return `(ref ${readHeapType(reader)})`;
  const known = heapTypes.get(code);
  if (known === undefined)
    throw reader.malformed(`0x${code.toString(16)} stands where a reference type belongs`, start);
  return known[1];
}

export function readValueType(reader: ByteReader): ValueTypeName {
  const known = numberTypes.get(reader.peek() ?? 0);
  if (known === undefined) return readReferenceType(reader);
  reader.offset += 1;
  return known;
}

/** A field of a struct or array: a value type or a packed integer, and whether it may change. */
function skipFieldType(reader: ByteReader): void {
  const code = reader.peek();
  if (code === 0x78 || code === 0x77) reader.offset += 1;
  else readValueType(reader);
  readMutability(reader);
}

export function readMutability(reader: ByteReader): boolean {
  const flag = reader.byte();
  if (flag > 1) throw reader.malformed('a mutability is neither 0 nor 1', reader.offset - 1);
  return flag === 1;
}

/** What a type of a recursion group is; `offset` is where a function's parameters stand. */
export type SubType =
  | { readonly kind: 'function'; readonly offset: number }
  | { readonly kind: 'struct' }
  | { readonly kind: 'array' };

/** Passes over one type of a recursion group: `sub`, `sub final`, or the plain form. */
export function skipSubType(reader: ByteReader): SubType {
  let code = reader.byte();
  if (code === 0x50 || code === 0x4f) {
    const supertypes = reader.count('types', 'supertypes');
    for (let index = 0; index < supertypes; index += 1) reader.u32();
    code = reader.byte();
  }
  switch (code) {
    case 0x60: {
      const offset = reader.offset;
      for (const what of ['parameters', 'results']) {
        const count = reader.count('signatureValues', what);
        for (let index = 0; index < count; index += 1) readValueType(reader);
      }
      return { kind: 'function', offset };
    }
    case 0x5f: {
      const fields = reader.count('types', 'struct fields');
      for (let index = 0; index < fields; index += 1) skipFieldType(reader);
      return { kind: 'struct' };
    }
    case 0x5e:
      skipFieldType(reader);
      return { kind: 'array' };
    default:
      throw reader.malformed(
        `0x${code.toString(16)} stands where a type belongs`,
        reader.offset - 1,
      );
  }
}
