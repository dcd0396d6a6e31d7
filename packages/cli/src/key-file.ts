import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { formatPrecompiledKey, publicBytesOf, type PrecompiledKeyText } from '@wasmwhisk/artifact';
import { CliError, systemCode, toFileError } from './cli-error.js';
import { toUnwritableError } from './write-output.js';

/** A private key and the line of its public half. */
export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly publicKey: PrecompiledKeyText;
}

/**
 * Creates a key and writes it to a file that only its owner may read: PEM, PKCS #8.
 *
 * @throws CliError `WW_ERR_CLI_FILE_EXISTS` unless `overwrite`, `WW_ERR_CLI_FILE_UNWRITABLE`
 */
export function createKeyFile(file: string, overwrite: boolean): SigningKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' });
  // A new file in either case: one that is overwritten would keep its mode.
  const target = overwrite ? `${file}.${String(process.pid)}.partial` : file;
  try {
    writeFileSync(target, pem, { mode: 0o600, flag: 'wx' });
    if (overwrite) renameSync(target, file);
  } catch (error) {
    if (overwrite) rmSync(target, { force: true });
    else if (systemCode(error) === 'EEXIST')
      throw new CliError('WW_ERR_CLI_FILE_EXISTS', `${file} exists already.`, {
        hint: 'Choose another file with --out, or replace this one with --force: what its key signed stays signed.',
        cause: error,
      });
    throw toUnwritableError(file, error);
  }
  return { privateKey, publicKey: lineOf(privateKey) };
}

/**
 * Reads a private key to sign with.
 *
 * @throws CliError `WW_ERR_CLI_FILE_MISSING`, `WW_ERR_CLI_FILE_INVALID`
 */
export function readSigningKey(file: string): SigningKey {
  const privateKey = readKey(file, createPrivateKey, 'private key');
  return { privateKey, publicKey: lineOf(privateKey) };
}

/**
 * The line of the public key in a file, which may hold the private one.
 *
 * @throws CliError `WW_ERR_CLI_FILE_MISSING`, `WW_ERR_CLI_FILE_INVALID`
 */
export function readPublicKey(file: string): PrecompiledKeyText {
  return lineOf(readKey(file, createPublicKey, 'key'));
}

/** Whether others than the owner may read or change the file. */
export function isOpenToOthers(file: string): boolean {
  return (statSync(file).mode & 0o077) !== 0;
}

function readKey(file: string, create: (pem: Buffer) => KeyObject, what: string): KeyObject {
  let pem: Buffer;
  try {
    pem = readFileSync(file);
  } catch (error) {
    throw toFileError(file, error);
  }
  let key: KeyObject;
  try {
    key = create(pem);
  } catch (cause) {
    throw invalid(file, `holds no ${what} in PEM, or one with a password`, cause);
  }
  if (key.asymmetricKeyType !== 'ed25519')
    throw invalid(file, `holds a key of type ${key.asymmetricKeyType ?? 'unknown'}`);
  return key;
}

function invalid(file: string, what: string, cause?: unknown): CliError {
  return new CliError('WW_ERR_CLI_FILE_INVALID', `${file} ${what}.`, {
    hint: "Only Ed25519 keys are used; 'wasmwhisk keys create' makes one.",
    cause,
  });
}

function lineOf(key: KeyObject): PrecompiledKeyText {
  return formatPrecompiledKey(publicBytesOf(key));
}
