import type { ByteReader } from './byte-reader.js';
import { readHeapType } from './value-types.js';

/** Passes over a constant expression up to and including its `end`. Types are the engine's business. */
export function skipConstantExpression(reader: ByteReader): void {
  for (;;) {
    const start = reader.offset;
    const opcode = reader.byte();
    switch (opcode) {
      case 0x0b: // end
        return;
      case 0x41: // i32.const
        reader.skipSigned(5);
        break;
      case 0x42: // i64.const
        reader.skipSigned(10);
        break;
      case 0x43: // f32.const
        reader.skip(4);
        break;
      case 0x44: // f64.const
        reader.skip(8);
        break;
      case 0x23: // global.get
      case 0xd2: // ref.func
        reader.u32();
        break;
      case 0xd0: // ref.null
        readHeapType(reader);
        break;
      case 0x6a: // i32.add, i32.sub, i32.mul
      case 0x6b:
      case 0x6c:
      case 0x7c: // i64.add, i64.sub, i64.mul
      case 0x7d:
      case 0x7e:
        break;
      case 0xfd: // v128.const is the only vector instruction that is constant
        if (reader.u32() !== 0x0c) throw reader.malformed('an expression is not constant', start);
        reader.skip(16);
        break;
      case 0xfb:
        skipReferenceInstruction(reader, start);
        break;
      default:
        throw reader.malformed('an expression is not constant', start);
    }
  }
}

function skipReferenceInstruction(reader: ByteReader, start: number): void {
  switch (reader.u32()) {
    case 0x00: // struct.new
    case 0x01: // struct.new_default
    case 0x06: // array.new
    case 0x07: // array.new_default
      reader.u32();
      return;
    case 0x08: // array.new_fixed
      reader.u32();
      reader.u32();
      return;
    case 0x1a: // any.convert_extern
    case 0x1b: // extern.convert_any
    case 0x1c: // ref.i31
      return;
    default:
      throw reader.malformed('an expression is not constant', start);
  }
}
