import { createHash } from 'node:crypto';
import {
  isArtifactError,
  openPrecompiledFile,
  readArtifact,
  type Artifact,
  type PrecompiledKeyText,
} from '@wasmwhisk/artifact';
import { WasmRuntimeError } from '@wasmwhisk/runtime';
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
  /** `bytes`: the code is what the text would stand for, and nothing is decoded. Default: `text`. */
  readonly form?: 'text' | 'bytes';
  /** The invoker's guess whether the text is base64. */
  readonly binary: boolean;
  /** `main` when the user named none. */
  readonly main: string;
  readonly limits: IntakeLimits;
  /** Precompiled code is taken when one of these signed it. */
  readonly precompiledKeys: readonly PrecompiledKeyText[];
  /** An existing folder; the archive's other files go into a new one below it. `undefined`: nowhere. */
  readonly filesFolder: string | undefined;
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
 * or precompiled code that a trusted key signed in their place, whatever `binary` says. Works synchronously for the most part: call it off the main thread.
 *
 * @throws IntakeError whose `stage` tells which of OpenWhisk's situations it is;
 *   WasmRuntimeError `WW_ERR_ARTIFACT_UNTRUSTED`; system errors as they are
 */
export async function takeCode(request: CodeToTake): Promise<TakenCode> {
  const { code, main, filesFolder } = request;
  const { bytes, archive } = await openCode(request);
  const codeDigest = createHash('sha256').update(code).digest('hex');
  if (archive === undefined)
    return {
      artifact: toArtifact(bytes, request),
      entry: entryOfMain(main),
      entryFile: undefined,
      descriptor: undefined,
      files: { folder: undefined, count: 0, bytes: 0 },
      codeDigest,
    };
  const descriptor = readDescriptor(archive);
  const { file, entry } = chooseEntry(archive, main, descriptor);
  assertArtifactSize(file.size, request.limits);
  const artifact = toArtifact(file.read(), request, file.path);
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

/** What is behind the text: bytes, and the archive that they are, if they are one. */
export interface OpenedCode {
  readonly bytes: Uint8Array;
  readonly archive: Archive | undefined;
}

/** Decodes the code and opens its archive. @throws IntakeError */
export async function openCode({
  code,
  form,
  binary,
  limits,
}: Pick<CodeToTake, 'code' | 'form' | 'binary' | 'limits'>): Promise<OpenedCode> {
  if (code.length > limits.codeBytes)
    throw new IntakeError(
      'code-too-long',
      `The code is ${String(code.length)} bytes long, and at most ${String(limits.codeBytes)} are taken.`,
    );
  const bytes = form === 'bytes' ? code : decodeCode(code, binary);
  return { bytes, archive: await openArchive(bytes, limits) };
}

/** Base64 of what can be code begins with one of these: zip, gzip, WebAssembly, precompiled code. */
const base64Beginnings = ['UEsDB', 'UEsFB', 'UEsHC', 'H4sI', 'AGFzb', 'iVdXQw0KGg'];

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
    case 'precompiled':
    case 'other':
      return undefined;
  }
}

function toArtifact(
  bytes: Uint8Array,
  { limits, precompiledKeys }: Pick<CodeToTake, 'limits' | 'precompiledKeys'>,
  file?: string,
): Artifact {
  assertArtifactSize(bytes.length, limits);
  try {
    return sniff(bytes) === 'precompiled'
      ? openPrecompiledFile(bytes, precompiledKeys).artifact
      : readArtifact(toOwnBytes(bytes), limits.code);
  } catch (error) {
    if (!isArtifactError(error)) throw error;
    const message = file === undefined ? error.message : `${quote(file)}: ${error.message}`;
    if (error.fault === 'precompiled-untrusted')
      throw new WasmRuntimeError('WW_ERR_ARTIFACT_UNTRUSTED', message, { cause: error });
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
