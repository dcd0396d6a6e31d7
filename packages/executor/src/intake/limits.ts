import { defaultCodeLimits, type CodeLimits } from '@wasmwhisk/artifact';

const mebibyte = 1024 * 1024;

/** Most of everything that an upload may hold. All finite. */
export interface IntakeLimits {
  /** Bytes of the code text, base64 as it comes. */
  readonly codeBytes: number;
  /** Bytes of the module or component itself. */
  readonly artifactBytes: number;
  /** Bytes of all files of an archive together, unpacked. */
  readonly unzippedBytes: number;
  /** Entries of an archive, with the folders that their names imply. */
  readonly entries: number;
  /** Bytes of one entry's name. */
  readonly nameBytes: number;
  /** Parts of one entry's name: `a/b/c` has three. */
  readonly depth: number;
  /** How many times larger than packed files may become, each and together. */
  readonly ratio: number;
  /** Up to this many bytes any ratio is fine: small files of one repeated letter are common. */
  readonly ratioFloorBytes: number;
  /** What compiling the code may cost. */
  readonly code: CodeLimits;
}

export const defaultIntakeLimits: IntakeLimits = {
  codeBytes: 64 * mebibyte,
  artifactBytes: 64 * mebibyte,
  unzippedBytes: 256 * mebibyte,
  entries: 4096,
  nameBytes: 1024,
  depth: 32,
  ratio: 200,
  ratioFloorBytes: mebibyte,
  code: defaultCodeLimits,
};
