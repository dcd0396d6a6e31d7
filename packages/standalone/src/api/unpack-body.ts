import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, type ZlibOptions } from 'node:zlib';
import { Rejection } from '../rejections.js';
import { shorten } from '../shown-text.js';
import { tooLarge } from './json-body.js';

type Unpack = (body: Uint8Array, options: ZlibOptions) => Promise<Buffer>;

const unzip: Unpack = promisify(gunzip);

const unpackers: ReadonlyMap<string, Unpack> = new Map([
  ['gzip', unzip],
  ['x-gzip', unzip],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
]);

/** Whether a body was sent packed. @param encoding `Content-Encoding` */
export function isPacked(encoding: string | undefined): encoding is string {
  return encoding !== undefined && encoding !== '' && encoding.toLowerCase() !== 'identity';
}

/**
 * Unpacks a body.
 *
 * @param encoding `Content-Encoding`
 * @param bytesMax most bytes that it may have unpacked
 * @throws Rejection `WW_ERR_API_MEDIA_TYPE` of an encoding that is not known, `WW_ERR_API_BODY` of a body
 *   that is not packed by it, `WW_ERR_API_TOO_LARGE`
 */
export async function unpackBody(
  body: Uint8Array,
  encoding: string,
  bytesMax: number,
): Promise<Buffer> {
  const unpack = unpackers.get(encoding.trim().toLowerCase());
  if (unpack === undefined)
    throw new Rejection(
      'WW_ERR_API_MEDIA_TYPE',
      `The Content-Encoding "${shorten(encoding)}" is not known. Send gzip, deflate, br or none.`,
    );
  try {
    return await unpack(body, { maxOutputLength: bytesMax });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(undefined, bytesMax);
    throw new Rejection(
      'WW_ERR_API_BODY',
      `The request content was malformed:\nIt cannot be unpacked as ${shorten(encoding)}, which its Content-Encoding says.`,
      { cause: error },
    );
  }
}
