import { describe, expect, it } from 'vitest';
import { authorization, openApi } from './api-fixture.js';

const packages = '/api/v1/namespaces/_/packages';

describe('web pages', () => {
  const origin = 'http://localhost:5173';

  it.each([
    packages,
    '/api/v1',
    '/',
    '/metrics',
    '/nowhere',
    '/api/v1/web/whisk.system/apimgmt/getApi.http',
  ])('of other origins do not reach %s', async (url) => {
    const answer = await openApi().app.inject({ url, headers: { authorization, origin } });
    expect(answer.statusCode).toBe(403);
    expect(answer.headers['x-wasmwhisk-error']).toBe('WW_ERR_API_FOREIGN');
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('that sandboxes hide are foreign too', async () => {
    const answer = await openApi().app.inject({
      url: packages,
      headers: { authorization, origin: 'null' },
    });
    expect(answer.statusCode).toBe(403);
  });

  it.each([
    ['127.0.0.1:3233', 'http://127.0.0.1:3233', 200],
    ['localhost:3233', 'http://localhost:3233', 200],
    ['localhost', 'https://localhost', 200],
    ['localhost:3233', 'http://localhost:80', 403],
    ['127.0.0.1:3233', 'http://localhost:3233', 403],
    ['localhost:3233', 'http://localhost:3233.evil.example', 403],
    ['evil.example', 'http://evil.example', 403],
  ])('asking %s from %s get %i', async (host, from, status) => {
    const answer = await openApi().app.inject({
      url: packages,
      headers: { authorization, host, origin: from },
    });
    expect(answer.statusCode).toBe(status);
  });

  it('may use the API when the operator names them', async () => {
    const app = openApi({ 'api.corsOrigins': origin }).app;
    const preflight = await app.inject({
      method: 'OPTIONS',
      url: `${packages}/p`,
      headers: { origin, 'access-control-request-method': 'PUT' },
    });
    expect(preflight.statusCode).toBe(200);
    const headers = {
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET, DELETE, POST, PUT, HEAD',
      'access-control-allow-headers':
        'Authorization, Origin, X-Requested-With, Content-Type, Accept, User-Agent',
      vary: 'Origin',
    };
    expect(preflight.headers).toMatchObject(headers);
    const answer = await app.inject({ url: packages, headers: { authorization, origin } });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject(headers);
    // A refusal must be readable for the page too.
    const refused = await app.inject({ url: packages, headers: { origin } });
    expect(refused.statusCode).toBe(401);
    expect(refused.headers).toMatchObject(headers);
  });

  it('get no answer to a preflight unless they are named', async () => {
    const answer = await openApi().app.inject({
      method: 'OPTIONS',
      url: packages,
      headers: { origin },
    });
    expect(answer.statusCode).toBe(403);
  });

  it('aside, OPTIONS is answered to everybody', async () => {
    const answer = await openApi().app.inject({ method: 'OPTIONS', url: packages });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it.each(['rebound.example', 'rebound.example:3233', 'localhost.evil.example'])(
    'under the name %j for our address are refused',
    async (host) => {
      const app = openApi().app;
      await app.inject({ url: '/ping' });
      const answer = await app.inject({ url: '/ping', headers: { host } });
      expect(answer.statusCode).toBe(403);
    },
  );

  it.each(['127.0.0.1', '[::1]:3233', '192.0.2.7:80', 'LOCALHOST:3233'])(
    'may ask under the Host %s',
    async (host) => {
      const answer = await openApi().app.inject({ url: '/ping', headers: { host } });
      expect(answer.statusCode).toBe(200);
    },
  );

  it('may be of a name that the operator gave us', async () => {
    const app = openApi({ 'server.allowedHosts': 'wasm.example' }).app;
    const host = 'wasm.example:3233';
    const answer = await app.inject({
      url: packages,
      headers: { authorization, host, origin: `https://${host}` },
    });
    expect(answer.statusCode).toBe(200);
  });

  it('are not ours under a name that is allowed because every name is', async () => {
    const app = openApi({ 'server.allowedHosts': '*' }).app;
    const host = 'rebound.example';
    const plain = await app.inject({ url: packages, headers: { authorization, host } });
    expect(plain.statusCode).toBe(200);
    const page = await app.inject({
      url: packages,
      headers: { authorization, host, origin: `http://${host}` },
    });
    expect(page.statusCode).toBe(403);
  });
});
