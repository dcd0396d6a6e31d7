const magics: readonly (readonly number[])[] = [
  // A module or component, a zip, a gzip.
  [0x00, 0x61, 0x73, 0x6d],
  [0x50, 0x4b],
  [0x1f, 0x8b],
];

/** The code of an `/init`, as OpenWhisk's command line would send it. */
export interface CodeText {
  readonly code: Uint8Array;
  readonly binary: boolean;
}

/**
 * A file as the code of an `/init`: what is binary goes as base64, a text as it is, which may itself
 * be base64.
 */
export function toCodeText(bytes: Uint8Array): CodeText {
  const isText = bytes.length > 0 && !isBinary(bytes);
  if (isText) return { code: bytes, binary: false };
  return {
    code: Buffer.from(
      Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
    ),
    binary: true,
  };
}

function isBinary(bytes: Uint8Array): boolean {
  return (
    magics.some((magic) => magic.every((byte, index) => bytes[index] === byte)) ||
    // No text holds a zero byte; what else it is, intake says.
    bytes.subarray(0, 4096).includes(0)
  );
}
