/**
 * JSON as it was written. Short texts travel as strings, long ones as bytes of their own
 * (an `ArrayBuffer` shared with nothing), which is what crosses threads cheapest: a string is
 * copied once, and a buffer is transferred.
 *
 * By construction one valid JSON value in valid UTF-8, without white space around it.
 */
export type JsonText = string | Uint8Array<ArrayBuffer>;

/** Texts up to this many bytes become strings; measured as the break-even of a structured clone. */
export const jsonStringBytesMax: number = 32 * 1024;

/** Takes a checked span out of `bytes`. Copies once. */
export function toJsonText(
  bytes: Uint8Array,
  span: { readonly start: number; readonly end: number } = { start: 0, end: bytes.length },
): JsonText {
  const length = span.end - span.start;
  if (length <= jsonStringBytesMax)
    return Buffer.from(bytes.buffer, bytes.byteOffset + span.start, length).toString('utf8');
  // Not Buffer.from: it may hand out a part of Node's shared pool, which cannot be transferred.
  const copy = new Uint8Array(length);
  copy.set(bytes.subarray(span.start, span.end));
  return copy;
}

/** Length in bytes of UTF-8. */
export function jsonTextByteLength(text: JsonText): number {
  return typeof text === 'string' ? Buffer.byteLength(text) : text.length;
}

/** The text as a string, whatever its form. */
export function jsonTextToString(text: JsonText): string {
  return typeof text === 'string'
    ? text
    : Buffer.from(text.buffer, text.byteOffset, text.length).toString('utf8');
}

/** The text as UTF-8. Bytes are given as they are, not copied. */
export function jsonTextToBytes(text: JsonText): Uint8Array {
  return typeof text === 'string' ? Buffer.from(text) : text;
}
