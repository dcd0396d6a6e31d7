/**
 * How a file of our precompiled code begins: `89 W W C CR LF 1A LF`. The first byte is no text, and the
 * line ends show a transfer that changed them.
 */
export const precompiledMagic: Uint8Array = Uint8Array.from([
  0x89, 0x57, 0x57, 0x43, 0x0d, 0x0a, 0x1a, 0x0a,
]);

/** Whether bytes begin as a file of our precompiled code does. Says nothing of the rest. */
export function isPrecompiledFile(bytes: Uint8Array): boolean {
  return precompiledMagic.every((byte, index) => bytes[index] === byte);
}

/** What becomes of that beginning when it is sent as text. */
const damagedMagic = Buffer.from(precompiledMagic).toString('utf8');

/** Whether bytes are such a file after a conversion to text. */
export function isTextDamagedPrecompiledFile(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 32)).toString('utf8').startsWith(damagedMagic);
}
