import { isUtf8 } from 'node:buffer';
import type { ArtifactDescription, PrecompiledCode } from './description.js';
import { readDescription } from './description-data.js';
import { PlainDataError, readMatch, readObject, type ReadValue } from './plain-data-reader.js';

/** What a file of precompiled code says about itself. */
export interface PrecompiledManifest {
  /** The engine that made the code, and the only one that may take it. */
  readonly engine: PrecompiledCode;
  /** Of the module or component that the code was made of: nothing can be read from the code itself. */
  readonly description: ArtifactDescription;
  /** SHA-256 of that module or component, 64 lower-case hex digits. */
  readonly originalDigest: string;
  /** SHA-256 of the code. */
  readonly codeDigest: string;
  /** What wrote the file, such as `wasmwhisk 0.1.0`. */
  readonly createdBy: string;
}

const digest = readMatch(/^[0-9a-f]{64}$/, 'SHA-256 in hex');
/** One short line that a terminal may show. */
const line = readMatch(/^[\x20-\x7e]{1,200}$/, 'short line of ASCII');

const manifest: ReadValue<PrecompiledManifest> = readObject<PrecompiledManifest>({
  engine: readObject<PrecompiledCode>({
    runtime: line,
    engine: line,
    target: line,
    settings: line,
  }),
  description: readDescription,
  originalDigest: digest,
  codeDigest: digest,
  createdBy: line,
});

/** The one text that stands for a manifest. @throws PlainDataError when it is none */
export function encodeManifest(value: PrecompiledManifest): Buffer {
  return Buffer.from(JSON.stringify(manifest(value, 'manifest')));
}

/**
 * Reads a manifest. There is one text for each: what `encodeManifest` would not have written, such as a
 * member twice, is refused.
 *
 * @throws PlainDataError
 */
export function decodeManifest(bytes: Uint8Array): PrecompiledManifest {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!isUtf8(text)) throw new PlainDataError('the manifest is no UTF-8');
  let value: unknown;
  try {
    value = JSON.parse(text.toString('utf8'));
  } catch {
    throw new PlainDataError('the manifest is no JSON');
  }
  const read = manifest(value, 'manifest');
  if (!text.equals(Buffer.from(JSON.stringify(read))))
    throw new PlainDataError('the manifest is written in another way than its writer does');
  return read;
}
