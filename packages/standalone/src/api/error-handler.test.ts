import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { answerClientError } from './error-handler.js';

/** What is written to a connection that fails with an error of this code. */
function answerTo(code: string): { readonly text: string; readonly socket: Duplex } {
  const pieces: string[] = [];
  const socket = new Duplex({
    read: () => undefined,
    write: (piece: Buffer, _encoding, done) => {
      pieces.push(piece.toString());
      done();
    },
  });
  answerClientError(Object.assign(new Error(code), { code }), socket);
  return { text: pieces.join(''), socket };
}

describe('answerClientError', () => {
  it.each([
    ['ERR_HTTP_REQUEST_TIMEOUT', 408, 'WW_ERR_API_TIMEOUT'],
    ['HPE_HEADER_OVERFLOW', 431, 'WW_ERR_API_REQUEST'],
    ['HPE_INVALID_METHOD', 400, 'WW_ERR_API_REQUEST'],
  ])('answers %s with %i in JSON, and closes', (code, status, ours) => {
    const { text, socket } = answerTo(code);
    const [head = '', body = ''] = text.split('\r\n\r\n');
    expect(head).toContain(`HTTP/1.1 ${String(status)} `);
    expect(head).toContain('Content-Type: application/json');
    expect(head).toContain(`Content-Length: ${String(body.length)}`);
    expect(head).toContain(`x-wasmwhisk-error: ${ours}`);
    expect(head).toContain('Connection: close');
    const { error, code: id } = JSON.parse(body) as Record<string, string>;
    expect(error).toMatch(/\S/);
    expect(head).toContain(`X-Request-ID: ${String(id)}`);
    expect(socket.writableEnded).toBe(true);
  });

  it('says nothing to who is gone', () => {
    const { text, socket } = answerTo('ECONNRESET');
    expect(text).toBe('');
    expect(socket.destroyed).toBe(true);
  });
});
