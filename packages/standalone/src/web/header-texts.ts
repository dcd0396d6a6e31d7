import { isUtf8 } from 'node:buffer';

const beyondAscii = /[^\0-\x7f]/;
const beyondLatin = /[^\0-\xff]/;

/** Headers that hold an address, which has a way of its own to say every character. */
const addressHeaders: ReadonlySet<string> = new Set(['location', 'content-location', 'refresh']);

/** The value of a header that was sent: UTF-8 if it is such, else Latin-1, as which Node reads it. */
export function fromHeaderText(value: string): string {
  if (!beyondAscii.test(value)) return value;
  const bytes = Buffer.from(value, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : value;
}

/** The value of a header as it is sent: what Latin-1 cannot say goes out as UTF-8, and escaped in addresses. */
export function toHeaderText(name: string, value: string): string {
  if (!beyondLatin.test(value)) return value;
  return addressHeaders.has(name)
    ? value.replace(/[^\0-\x7f]+/g, (piece) => encodeURIComponent(piece.toWellFormed()))
    : Buffer.from(value, 'utf8').toString('latin1');
}
