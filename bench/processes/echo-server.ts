// A process of its own: the server that `/run` is compared with. Fastify as the executor uses it
// (the same options of socket and body), but it only sends back `value`.
//
//   node echo-server.ts PORT
import fastify from 'fastify';

const app = fastify({
  bodyLimit: 64 * 1024 * 1024,
  keepAliveTimeout: 120_000,
  requestTimeout: 300_000,
  http: { noDelay: true },
});
app.get('/health', () => ({ status: 'ok' }));
app.post<{ Body: { readonly value: unknown } }>('/run', (request, reply) => {
  void reply.send(request.body.value);
});
await app.listen({ host: '127.0.0.1', port: Number(process.argv[2]) });
