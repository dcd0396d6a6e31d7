import { Rejection } from '../rejections.js';

/** The code of an action as it is stored. */
export interface CodeBytes {
  /** What base64 stands for, or the text itself in UTF-8. */
  readonly bytes: Uint8Array;
  /** Whether the text was base64. */
  readonly binary: boolean;
}

/**
 * Reads `exec.code`. OpenWhisk takes any text, and calls it binary when all of it, white space around it
 * aside, is base64 in one line; so do we, and `assertCodeCanRun` looks at what it stands for. Refused here is
 * what comes from a mistake that is easily made: binaries that were sent as text (`wsk` sends a `.wasm` file so, replaces
 * most of its bytes, and reports success), and WebAssembly's text format, which no runtime here reads.
 *
 * @throws Rejection `WW_ERR_API_CODE`
 */
export function parseCodeText(text: string): CodeBytes {
  const trimmed = trimAscii(text);
  if (trimmed === '')
    throw new Rejection('WW_ERR_API_CODE', 'The code is empty. Send a module as base64.');
  const decoded = decodeBase64(trimmed);
  if (decoded !== undefined) return { bytes: decoded, binary: true };
  assertUndamaged(text);
  return { bytes: Buffer.from(text), binary: false };
}

/** The code as documents carry it: one JSON string, base64 without line breaks if it is binary. */
export function toCodeJson({ bytes, binary }: CodeBytes): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  // Base64 has nothing that needs an escape; looking for it would cost a scan of up to 48 MiB.
  return binary ? `"${buffer.toString('base64')}"` : JSON.stringify(buffer.toString('utf8'));
}

/**
 * Decodes base64: the standard alphabet, padded, in one line.
 *
 * @returns `undefined` when it is anything else
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text === '' || text.length % 4 !== 0) return undefined;
  // Not a regular expression, which takes its time for 48 MiB. Node's decoder is native and drops what it
  // does not know, so a fault shows in the length; but it knows the alphabet of URLs too, and of a
  // character beyond ASCII it would see a part.
  if (text.includes('-') || text.includes('_')) return undefined;
  if (Buffer.byteLength(text) !== text.length) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === (text.length / 4) * 3 - padding ? bytes : undefined;
}

/** Without what is no more than a blank at both ends, as Java trims: of a text that is mostly blanks in linear time. */
function trimAscii(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text.charCodeAt(start) <= 0x20) start += 1;
  while (end > start && text.charCodeAt(end - 1) <= 0x20) end -= 1;
  return text.slice(start, end);
}

const remedy =
  'Send a zip made by `wasmwhisk pack`, or a file that holds the module in base64, or use `wasmwhisk deploy`.';

/** @throws Rejection `WW_ERR_API_CODE` of text that can only be the result of a mistake */
function assertUndamaged(text: string): void {
  // White space counts here: a module begins with NUL.
  if (text.startsWith('\0asm')) throw sentAsText('a WebAssembly module');
  if (/^PK[\u0003\u0005\u0007]/.test(text)) throw sentAsText('a zip archive');
  if (text.startsWith('\u001f\ufffd\b')) throw sentAsText('a gzip archive');
  // Enough to tell; the text may be long.
  if (/^\s*(?:\(\s*(?:module|component)\b|;;|\(;)/.test(text.slice(0, 4096)))
    throw new Rejection(
      'WW_ERR_API_CODE',
      "The code is WebAssembly's text format, which is not run. Convert it with wat2wasm (or `wasm-tools parse`), " +
        'and send the module: as a zip made by `wasmwhisk pack`, as base64, or with `wasmwhisk deploy`.',
    );
  if (text.includes('\ufffd')) throw sentAsText('a binary file');
}

function sentAsText(what: string): Rejection {
  return new Rejection(
    'WW_ERR_API_CODE',
    `The code is ${what} that was sent as text, and on that way every byte that is no text is lost. ${remedy}`,
  );
}
