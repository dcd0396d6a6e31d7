import { createHash } from 'node:crypto';
import { isArtifactError, readArtifact, type Artifact } from '@wasmwhisk/artifact';
import type { Archive } from './archive.js';
import { chooseEntry, entryOfMain } from './choose-entry.js';
import { decodeBase64 } from './decode-base64.js';
import { descriptorPath, readDescriptor, type Descriptor } from './descriptor.js';
import { quote } from './entry-tree.js';
import { IntakeError } from './intake-error.js';
import type { IntakeLimits } from './limits.js';
import { readTar } from './read-tar.js';
import { readZip } from './read-zip.js';
import { sniff, startsWith } from './sniff.js';
import { unpackFiles, type UnpackedFiles } from './unpack.js';

/** The code of an `/init`, as it came. */
export interface CodeToTake {
  /** The text of `code` in UTF-8, as JSON means it. */
  readonly code: Uint8Array;
  /** The invoker's guess whether the text is base64. */
  readonly binary: boolean;
  /** `main` when the user named none. */
  readonly main: string;
  readonly limits: IntakeLimits;
  /** An existing folder; the archive's other files go into a new one below it. */
  readonly filesFolder: string;
}

/** What came out of it. Plain data: may cross a thread, and the artifact's buffer may be transferred. */
export interface TakenCode {
  readonly artifact: Artifact;
  /** The export to call, for guests with a choice; `undefined`: the only or default one. */
  readonly entry: string | undefined;
  /** Path of the module in its archive; `undefined` when it came bare. */
  readonly entryFile: string | undefined;
  readonly descriptor: Descriptor | undefined;
  /** The archive's other files. */
  readonly files: UnpackedFiles;
  /** SHA-256 of the code text, 64 lower-case hex digits. */
  readonly codeDigest: string;
}

/**
 * Takes in the code of an `/init`: decodes it, opens the archive, finds the module, checks what it is
 * and lays down the other files. Accepts the base64 of a zip, a gzip tar, a bare module or component,
 * whatever `binary` says. Works synchronously for the most part: call it off the main thread.
 *
 * @throws IntakeError whose `stage` tells which of OpenWhisk's situations it is; system errors as they are
 */
export async function takeCode({
  code,
  binary,
  main,
  limits,
  filesFolder,
}: CodeToTake): Promise<TakenCode> {
  if (code.length > limits.codeBytes)
    throw new IntakeError(
      'code-too-long',
      `The code is ${String(code.length)} bytes long, and at most ${String(limits.codeBytes)} are taken.`,
    );
  const codeDigest = createHash('sha256').update(code).digest('hex');
  const bytes = decodeCode(code, binary);
  const archive = await openArchive(bytes, limits);
  if (archive === undefined)
    return {
      artifact: toArtifact(bytes, limits),
      entry: entryOfMain(main),
      entryFile: undefined,
      descriptor: undefined,
      files: { folder: undefined, count: 0, bytes: 0 },
      codeDigest,
    };
  const descriptor = readDescriptor(archive);
  const { file, entry } = chooseEntry(archive, main, descriptor);
  assertArtifactSize(file.size, limits);
  const artifact = toArtifact(file.read(), limits, file.path);
  const others = archive.filter((other) => other !== file && other.path !== descriptorPath);
  return {
    artifact,
    entry,
    entryFile: file.path,
    descriptor,
    files: unpackFiles(others, filesFolder),
    codeDigest,
  };
}

/** Base64 of what can be code begins with one of these: zip, gzip, WebAssembly. */
const base64Beginnings = ['UEsDB', 'UEsFB', 'UEsHC', 'H4sI', 'AGFzb'];

/** The bytes behind the text. What is no base64 stays as it is, for the reader of artifacts to explain. */
function decodeCode(code: Uint8Array, binary: boolean): Uint8Array {
  assertNoArchiveAsText(code);
  if (sniff(code) !== 'other') return code;
  if (binary) return decodeBase64(code);
  const beginning = Buffer.from(code.subarray(0, 64)).toString('latin1').replaceAll(/\s/g, '');
  return base64Beginnings.some((text) => beginning.startsWith(text)) ? decodeBase64(code) : code;
}

/** An archive that was sent as text: all its bytes that are no text became U+FFFD. */
function assertNoArchiveAsText(code: Uint8Array): void {
  const isGzip = startsWith(code, [0x1f, 0xef, 0xbf, 0xbd, 0x08]);
  const isZip =
    sniff(code) === 'zip' &&
    Buffer.from(code.buffer, code.byteOffset, code.length).includes('\ufffd');
  if (!isGzip && !isZip) return;
  throw new IntakeError(
    'text-damaged',
    `The ${isGzip ? 'gzip' : 'zip'} archive was sent as text, and every byte that is no text was replaced on the way. ` +
      'Send it in base64, or use `wasmwhisk deploy`.',
  );
}

async function openArchive(bytes: Uint8Array, limits: IntakeLimits): Promise<Archive | undefined> {
  switch (sniff(bytes)) {
    case 'zip':
      return readZip(bytes, limits);
    case 'gzip':
      return readTar(bytes, limits);
    case 'wasm':
    case 'other':
      return undefined;
  }
}

function toArtifact(bytes: Uint8Array, limits: IntakeLimits, file?: string): Artifact {
  assertArtifactSize(bytes.length, limits);
  try {
    return readArtifact(toOwnBytes(bytes));
  } catch (error) {
    if (!isArtifactError(error)) throw error;
    const message = file === undefined ? error.message : `${quote(file)}: ${error.message}`;
    throw new IntakeError(error.fault, message, { cause: error });
  }
}

function assertArtifactSize(bytes: number, limits: IntakeLimits): void {
  if (bytes <= limits.artifactBytes) return;
  throw new IntakeError(
    'artifact-too-large',
    `The module is ${String(bytes)} bytes long, and at most ${String(limits.artifactBytes)} are taken. Strip it (wasm-strip, wasm-opt -Oz).`,
  );
}

/** The bytes in a buffer of their own, so that it can be transferred to another thread. */
function toOwnBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === bytes.length && bytes.byteOffset === 0)
    return new Uint8Array(buffer);
  return new Uint8Array(bytes);
}
