import { TextDecoder } from 'node:util';
import { Rejection } from '../rejections.js';
import type { MediaType } from './media-types.js';

/**
 * Decodes a body by its `charset`, or as UTF-8.
 *
 * @throws Rejection `WW_ERR_API_BODY` of bytes that are none of it: an action would get other text than
 *   was sent; `WW_ERR_API_MEDIA_TYPE` of a charset that we do not know
 */
export function decodeText(body: Uint8Array, { parameters }: MediaType): string {
  const charset = parameters.get('charset') ?? 'utf-8';
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(charset, { fatal: true, ignoreBOM: true });
  } catch (error) {
    throw new Rejection(
      'WW_ERR_API_MEDIA_TYPE',
      `The charset ${JSON.stringify(charset.slice(0, 100))} is not known. Send UTF-8.`,
      { cause: error },
    );
  }
  try {
    return decoder.decode(body);
  } catch (error) {
    throw new Rejection(
      'WW_ERR_API_BODY',
      `The request content was malformed:\nit is not valid text in ${decoder.encoding}.`,
      { cause: error },
    );
  }
}

/**
 * Encodes an answer by its `charset`, or as UTF-8.
 *
 * @returns `undefined` when the charset is not one that we can write, or has no such characters
 */
export function encodeText(text: string, { parameters }: MediaType): Buffer | undefined {
  switch (parameters.get('charset')?.toLowerCase() ?? 'utf-8') {
    case 'utf-8':
    case 'utf8':
      return Buffer.from(text, 'utf8');
    case 'iso-8859-1':
    case 'latin1':
      return isWithin(text, 0xff) ? Buffer.from(text, 'latin1') : undefined;
    case 'us-ascii':
    case 'ascii':
      return isWithin(text, 0x7f) ? Buffer.from(text, 'latin1') : undefined;
    case 'utf-16le':
      return Buffer.from(text, 'utf16le');
    default:
      return undefined;
  }
}

function isWithin(text: string, codeMax: number): boolean {
  for (let index = 0; index < text.length; index += 1)
    if (text.charCodeAt(index) > codeMax) return false;
  return true;
}
