import type { FastifyReply } from 'fastify';

const allowedMethods = 'OPTIONS, GET, DELETE, POST, PUT, HEAD, PATCH';
const allowedHeaders = 'Authorization, Origin, X-Requested-With, Content-Type, Accept, User-Agent';

/** Lets every page read an answer. What a preflight asks to send is allowed. */
export function addWebCors(reply: FastifyReply, headers: ReadonlyMap<string, string>): void {
  void reply
    .header('access-control-allow-origin', '*')
    .header('access-control-allow-methods', allowedMethods)
    .header(
      'access-control-allow-headers',
      headers.get('access-control-request-headers') ?? allowedHeaders,
    );
}
