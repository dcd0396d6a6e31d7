import { isUtf8 } from 'node:buffer';
import { ArtifactError } from './artifact-error.js';
import { isPrecompiledFile, isTextDamagedPrecompiledFile } from './precompiled-magic.js';

/** The beginning of every message about bytes that never were WebAssembly. */
const notWasm = 'SyntaxError: not a WebAssembly module';

interface Signature {
  readonly magic: readonly number[] | string;
  readonly engine: string;
}

const precompiled: readonly Signature[] = [
  { magic: '\0aot', engine: 'WAMR (wamrc)' },
  { magic: '\0wasmer', engine: 'Wasmer' },
  { magic: 'wasmer', engine: 'Wasmer' },
  { magic: 'WASMER', engine: 'Wasmer' },
  { magic: '\0wasmtime', engine: 'Wasmtime' },
  { magic: '\x7fELF', engine: 'Wasmtime, Wasmer or another engine (an ELF file)' },
  { magic: [0xcf, 0xfa, 0xed, 0xfe], engine: 'another engine (a Mach-O file)' },
];

const archives: readonly Signature[] = [
  { magic: 'PK\x03\x04', engine: 'a zip archive' },
  { magic: [0x1f, 0x8b, 0x08], engine: 'a gzip archive' },
];

/** Names what bytes without WebAssembly's magic are, and what to do about it. */
export function explainForeignBytes(bytes: Uint8Array): ArtifactError {
  if (bytes.length === 0)
    return new ArtifactError(
      'empty',
      `${notWasm}: the file is empty. Build the module again and check what the build wrote.`,
    );
  if (isPrecompiledFile(bytes))
    return new ArtifactError(
      'precompiled-untrusted',
      'The file is precompiled code, which is taken only with the signature of a key that the operator ' +
        'trusts (policy.precompiledKeys). Send the plain .wasm file.',
      { offset: 0 },
    );
  if (isTextDamagedPrecompiledFile(bytes)) return textDamagedError('precompiled code');
  const engine = isWasmtimeElf(bytes)
    ? 'Wasmtime (a .cwasm file)'
    : precompiled.find(({ magic }) => startsWith(bytes, magic))?.engine;
  if (engine !== undefined)
    return new ArtifactError(
      'foreign-precompiled',
      `The file is no WebAssembly but native code, precompiled for another engine: ${engine}. ` +
        'Send the plain .wasm file it was made from; wasmwhisk compiles it itself, and `wasmwhisk precompile` ahead of time.',
      { offset: 0 },
    );
  const archive = archives.find(({ magic }) => startsWith(bytes, magic))?.engine;
  if (archive !== undefined)
    return new ArtifactError(
      'not-wasm',
      `${notWasm} but ${archive}: an archive inside an archive is not unpacked. Put the .wasm file itself there.`,
      { offset: 0 },
    );
  if (isUtf8(bytes) && !bytes.includes(0)) return explainText(bytes);
  return new ArtifactError(
    'not-wasm',
    `${notWasm}: it begins with ${hex(bytes)} in place of 00 61 73 6d. Send a .wasm file, or a zip that holds one.`,
    { offset: 0 },
  );
}

/**
 * Whether a module went through a conversion to text on its way: every byte sequence that was no
 * UTF-8 is now U+FFFD (EF BF BD), so the whole is valid UTF-8, which no compiled program is by chance.
 */
export function isTextDamaged(bytes: Uint8Array): boolean {
  return (
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes('\ufffd') && isUtf8(bytes)
  );
}

/** `what` was sent: `module` or the like. */
export function textDamagedError(what = 'module'): ArtifactError {
  return new ArtifactError(
    'text-damaged',
    `The ${what} was sent as text, and every byte that is no text was replaced on the way (wsk does so with a raw .wasm file). ` +
      'Zip the file and send the zip, or use `wasmwhisk pack` or `wasmwhisk deploy`.',
  );
}

function explainText(bytes: Uint8Array): ArtifactError {
  // Enough to tell; the text may be long.
  const beginning = Buffer.from(bytes.subarray(0, 4096)).toString('utf8').trimStart();
  if (/^(?:\(module\b|\(component\b|;;|\(;)/.test(beginning))
    return new ArtifactError(
      'wat-text',
      `${notWasm} but WebAssembly's text format. Convert it with wat2wasm (or \`wasm-tools parse\`) and send the .wasm file.`,
      { offset: 0 },
    );
  if (beginning.startsWith('AGFzb') || beginning.startsWith('UEsDB'))
    return new ArtifactError(
      'plain-text',
      `${notWasm} but base64 text, encoded once too often. Send the bytes it stands for.`,
      { offset: 0 },
    );
  const language =
    /^(?:#!|function\b|const\b|let\b|var\b|import\b|export\b|async\b|module\.exports|exports\.|['"]use strict|\/\/|\/\*)/.test(
      beginning,
    )
      ? 'source code, by the look of it JavaScript'
      : 'plain text';
  return new ArtifactError(
    'plain-text',
    `${notWasm} but ${language}. Compile the program to WebAssembly and send the .wasm file, or a zip that holds it.`,
    { offset: 0 },
  );
}

/** Wasmtime marks its files by an ABI of its own in ELF's header. */
function isWasmtimeElf(bytes: Uint8Array): boolean {
  return startsWith(bytes, '\x7fELF') && bytes[7] === 200;
}

function startsWith(bytes: Uint8Array, magic: Signature['magic']): boolean {
  const codes = typeof magic === 'string' ? Array.from(magic, (c) => c.charCodeAt(0)) : magic;
  return codes.every((code, index) => bytes[index] === code);
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
