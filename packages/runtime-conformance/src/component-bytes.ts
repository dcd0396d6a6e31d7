/**
 * The smallest component that exports an instance under a name, such as `wasi:http/incoming-handler@0.2.0`.
 * The instance is empty: enough to be recognised, not to be run. Probes use it where no toolchain
 * of ours makes the real thing.
 */
export function componentExporting(name: string): Uint8Array<ArrayBuffer> {
  const text = [...new TextEncoder().encode(name)];
  const preamble = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];
  // One instance, made of no exports.
  const instances = section(5, [0x01, 0x01, 0x00]);
  // One export: a plain name, sort instance (5), index 0, without a type of its own.
  const exports = section(11, [0x01, 0x00, text.length, ...text, 0x05, 0x00, 0x00]);
  return Uint8Array.from([...preamble, ...instances, ...exports]);
}

/** The same with an import: an instance without members, which it exports again. */
export function componentImporting(imported: string, exported: string): Uint8Array<ArrayBuffer> {
  const extern = (name: string): readonly number[] => {
    const text = [...new TextEncoder().encode(name)];
    return [0x00, text.length, ...text];
  };
  const preamble = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];
  // The type of an instance without members; an import of it (sort 5, type 0); the export of it.
  const types = section(7, [0x01, 0x42, 0x00]);
  const imports = section(10, [0x01, ...extern(imported), 0x05, 0x00]);
  const exports = section(11, [0x01, ...extern(exported), 0x05, 0x00, 0x00]);
  return Uint8Array.from([...preamble, ...types, ...imports, ...exports]);
}

/** Lengths here stay below 128, one byte of LEB128. */
function section(id: number, body: readonly number[]): readonly number[] {
  return [id, body.length, ...body];
}
