import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { tooLarge } from '../api/json-body.js';
import { isPacked, unpackBody } from '../api/unpack-body.js';

const noBody = Buffer.alloc(0);

/**
 * The body of a request by any method; empty when there is none.
 *
 * @throws Rejection `WW_ERR_API_TOO_LARGE`, and as `unpackBody`
 */
export async function readWebBody(
  { raw, body }: Pick<FastifyRequest, 'raw' | 'body'>,
  bytesMax: number,
): Promise<Uint8Array> {
  if (Buffer.isBuffer(body)) return body;
  // Fastify leaves the bodies of GET and HEAD alone, if there are any.
  const length = Number(raw.headers['content-length'] ?? 0);
  if (length > bytesMax) throw tooLarge(length, bytesMax);
  if (length === 0 && raw.headers['transfer-encoding'] === undefined) return noBody;
  const bytes = await readAll(raw, bytesMax);
  const encoding = raw.headers['content-encoding'];
  return isPacked(encoding) ? unpackBody(bytes, encoding, bytesMax) : bytes;
}

/** Not by `for await`, which would close the connection before the refusal was sent. */
function readAll(raw: IncomingMessage, bytesMax: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let length = 0;
    const onData = (piece: Buffer): void => {
      length += piece.length;
      if (length <= bytesMax) {
        pieces.push(piece);
        return;
      }
      raw.off('data', onData);
      // What is still to come is read and thrown away, so that the connection can go on.
      raw.resume();
      reject(tooLarge(undefined, bytesMax));
    };
    raw.on('data', onData);
    raw.once('end', () => {
      resolve(Buffer.concat(pieces));
    });
    raw.once('error', reject);
  });
}
