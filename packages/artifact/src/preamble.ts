/** What the first eight bytes announce: magic, version, layer. */
export type PreambleKind = 'module' | 'component' | 'other-version' | 'none';

const magic = [0x00, 0x61, 0x73, 0x6d];

/** Tells by the preamble what begins at `start`. */
export function preambleKind(bytes: Uint8Array, start: number, end: number): PreambleKind {
  if (end - start < 4 || magic.some((byte, index) => bytes[start + index] !== byte)) return 'none';
  // A file that ends within its preamble is a damaged module.
  if (end - start < 8) return 'module';
  const version = readU16(bytes, start + 4);
  const layer = readU16(bytes, start + 6);
  if (version === 1 && layer === 0) return 'module';
  if (version === 13 && layer === 1) return 'component';
  return 'other-version';
}

function readU16(bytes: Uint8Array, offset: number): number {
  return (bytes[offset] ?? 0) + (bytes[offset + 1] ?? 0) * 256;
}
