import { isPrecompiledFile } from '@wasmwhisk/artifact';

/** What bytes begin as. */
export type Sniffed = 'zip' | 'gzip' | 'wasm' | 'precompiled' | 'other';

const zipMarkers: readonly (readonly [number, number])[] = [
  [0x03, 0x04], // a first file
  [0x05, 0x06], // empty
  [0x07, 0x08], // one of several volumes
];

/** Tells by the first bytes. What a request says about its code is only a guess. */
export function sniff(bytes: Uint8Array): Sniffed {
  if (startsWith(bytes, [0x00, 0x61, 0x73, 0x6d])) return 'wasm';
  if (isPrecompiledFile(bytes)) return 'precompiled';
  if (startsWith(bytes, [0x1f, 0x8b, 0x08])) return 'gzip';
  if (zipMarkers.some(([third, fourth]) => startsWith(bytes, [0x50, 0x4b, third, fourth])))
    return 'zip';
  return 'other';
}

export function startsWith(bytes: Uint8Array, beginning: readonly number[]): boolean {
  return beginning.every((byte, index) => bytes[index] === byte);
}
