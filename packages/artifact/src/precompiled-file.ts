import { createHash, sign, verify, type KeyObject } from 'node:crypto';
import { ArtifactError } from './artifact-error.js';
import type { Artifact, ArtifactDescription, PrecompiledCode } from './description.js';
import { PlainDataError } from './plain-data-reader.js';
import {
  formatPrecompiledKey,
  publicBytesOf,
  publicKeyBytes,
  readPrecompiledKey,
  toPublicKey,
  type PrecompiledKeyText,
} from './precompiled-key.js';
import { isPrecompiledFile, precompiledMagic } from './precompiled-magic.js';
import {
  decodeManifest,
  encodeManifest,
  type PrecompiledManifest,
} from './precompiled-manifest.js';

/*
 * The file, numbers little-endian; `docs/design/006-precompiled-code.md` says why:
 *
 *   0   8  magic
 *   8   4  version of the format
 *  12   4  bytes of the manifest, m
 *  16   4  bytes of the code, c
 *  20  32  public key of the signer
 *  52   m  manifest: JSON in UTF-8
 *       c  code
 *      64  signature of all before it
 */

const formatVersion = 1;
const headerBytes = 52;
const signatureBytes = 64;

/** Most bytes of each part. A description is kept small by `artifactLimits`. */
export const precompiledLimits: Readonly<Record<'manifestBytes' | 'codeBytes', number>> = {
  manifestBytes: 16 * 1024 * 1024,
  codeBytes: 1024 * 1024 * 1024,
};

/** Goes before what is signed, so that no signature made for another purpose can be used here. */
const signatureDomain = 'wasmwhisk precompiled code, format 1\n';

/** What is put into a file. */
export interface PrecompiledContent {
  readonly engine: PrecompiledCode;
  readonly code: Uint8Array;
  /** The module or component that the code was made of. */
  readonly original: { readonly digest: string; readonly description: ArtifactDescription };
  /** What writes the file, such as `wasmwhisk 0.1.0`; up to 200 characters of ASCII. */
  readonly createdBy: string;
}

/** A file that a trusted key signed. */
export interface OpenedPrecompiledFile {
  /** Of the code: `digest` and `bytes` are the code's, `precompiled` is set. */
  readonly artifact: Artifact;
  readonly manifest: PrecompiledManifest;
  readonly signer: PrecompiledKeyText;
}

/** What a file says of itself. Anybody can write that: it is good for a message, and for nothing else. */
export interface PrecompiledClaims {
  readonly manifest: PrecompiledManifest;
  readonly signer: PrecompiledKeyText;
}

interface Layout {
  readonly manifest: Uint8Array;
  readonly code: Uint8Array;
  readonly signer: Uint8Array;
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * Writes a file of precompiled code and signs it.
 *
 * @param privateKey An Ed25519 key.
 * @throws ArtifactError `limit-exceeded` when a part is too long or there is no code; TypeError when the
 *   key is another one; PlainDataError when a text is not what `PrecompiledManifest` says
 */
export function buildPrecompiledFile(
  { engine, code, original, createdBy }: PrecompiledContent,
  privateKey: KeyObject,
): Uint8Array<ArrayBuffer> {
  const { manifestBytes, codeBytes } = precompiledLimits;
  const { digest: originalDigest, description } = original;
  const codeDigest = sha256(code).toString('hex');
  const manifest = encodeManifest({ engine, description, originalDigest, codeDigest, createdBy });
  if (manifest.length > manifestBytes || code.length === 0 || code.length > codeBytes)
    throw new ArtifactError(
      'limit-exceeded',
      `The precompiled code fits no file: it is ${String(code.length)} bytes long with a description of ${String(manifest.length)}, ` +
        `and at most ${String(codeBytes)} and ${String(manifestBytes)} do. Split the program or strip what it does not need.`,
    );
  const file = Buffer.alloc(headerBytes + manifest.length + code.length + signatureBytes);
  file.set(precompiledMagic);
  file.writeUInt32LE(formatVersion, 8);
  file.writeUInt32LE(manifest.length, 12);
  file.writeUInt32LE(code.length, 16);
  file.set(publicBytesOf(privateKey), headerBytes - publicKeyBytes);
  file.set(manifest, headerBytes);
  file.set(code, headerBytes + manifest.length);
  const signedBytes = file.length - signatureBytes;
  file.set(sign(null, messageOf(file.subarray(0, signedBytes)), privateKey), signedBytes);
  return file;
}

/**
 * Opens a file of precompiled code when one of `trustedKeys` signed it. Nothing of it but the lengths
 * is looked at before the signature holds.
 *
 * @throws ArtifactError `precompiled-untrusted` when no trusted key did, `precompiled-malformed`
 */
export function openPrecompiledFile(
  bytes: Uint8Array,
  trustedKeys: readonly PrecompiledKeyText[],
): OpenedPrecompiledFile {
  const layout = readLayout(bytes);
  const signer = formatPrecompiledKey(layout.signer);
  // A key that is no good proves nothing, although somebody listed it.
  if (!trustedKeys.includes(signer) || readPrecompiledKey(signer).type === 'problem')
    throw new ArtifactError(
      'precompiled-untrusted',
      `The precompiled code names ${signer} as its signer, which is no key that the operator trusts. ` +
        'Send the plain .wasm file, or have the operator add the key to policy.precompiledKeys.',
    );
  if (!verify(null, messageOf(layout.signed), toPublicKey(layout.signer), layout.signature))
    throw new ArtifactError(
      'precompiled-untrusted',
      `The precompiled code is not as ${signer} signed it: it was changed or damaged afterwards, or the ` +
        'signature is not by this key. Send the file unchanged, or make it anew with `wasmwhisk precompile`.',
    );
  const manifest = readManifest(layout);
  // In a buffer of its own, which may cross a thread.
  const code = new Uint8Array(layout.code);
  const digest = sha256(code).toString('hex');
  if (digest !== manifest.codeDigest) throw malformed('its manifest is about another code');
  const { description, engine } = manifest;
  const artifact: Artifact = { digest, bytes: code, description, precompiled: engine };
  return { artifact, manifest, signer };
}

/**
 * Reads what a file says of itself, without asking whether that is true.
 *
 * @throws ArtifactError `precompiled-malformed`
 */
export function readPrecompiledClaims(bytes: Uint8Array): PrecompiledClaims {
  const layout = readLayout(bytes);
  return { manifest: readManifest(layout), signer: formatPrecompiledKey(layout.signer) };
}

function readLayout(bytes: Uint8Array): Layout {
  if (!isPrecompiledFile(bytes)) throw malformed('it does not begin as such a file');
  if (bytes.length < headerBytes + signatureBytes) throw malformed('it is cut off');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const version = view.getUint32(8, true);
  if (version !== formatVersion)
    throw malformed(
      `it has version ${String(version)} of the format, and version ${String(formatVersion)} is read here`,
    );
  const manifestBytes = view.getUint32(12, true);
  const codeBytes = view.getUint32(16, true);
  if (manifestBytes > precompiledLimits.manifestBytes) throw malformed('its manifest is too long');
  if (codeBytes > precompiledLimits.codeBytes || codeBytes === 0)
    throw malformed('its code is too long, or there is none');
  const end = headerBytes + manifestBytes + codeBytes;
  if (bytes.length !== end + signatureBytes)
    throw malformed(
      `it should be ${String(end + signatureBytes)} bytes long, and has ${String(bytes.length)}`,
    );
  return {
    signer: bytes.subarray(headerBytes - publicKeyBytes, headerBytes),
    manifest: bytes.subarray(headerBytes, headerBytes + manifestBytes),
    code: bytes.subarray(headerBytes + manifestBytes, end),
    signed: bytes.subarray(0, end),
    signature: bytes.subarray(end),
  };
}

function readManifest({ manifest }: Layout): PrecompiledManifest {
  try {
    return decodeManifest(manifest);
  } catch (error) {
    if (error instanceof PlainDataError) throw malformed(error.message);
    throw error;
  }
}

/** One pass, and no copy of the code: the signature is of the domain and a digest. */
function messageOf(signed: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(signatureDomain), sha256(signed)]);
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function malformed(what: string): ArtifactError {
  return new ArtifactError(
    'precompiled-malformed',
    `The file of precompiled code is damaged: ${what}. Send it whole and unchanged, or make it anew with \`wasmwhisk precompile\`.`,
  );
}
