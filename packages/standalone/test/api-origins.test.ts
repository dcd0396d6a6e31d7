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
    ['127.0.0.1:3233', 'http://127.0.0.1:3233'],
    ['localhost:3233', 'http://localhost:3233'],
    ['localhost', 'https://localhost'],
    ['localhost:3233', 'http://localhost:80'],
    ['127.0.0.1:3233', 'http://localhost:3233'],
    ['localhost:3233', 'http://localhost:3233.evil.example'],
    ['evil.example', 'http://evil.example'],
  ])('asking %s from %s get nothing: only web actions have our origin', async (host, from) => {
    const answer = await openApi().app.inject({
      url: packages,
      headers: { authorization, host, origin: from },
    });
    expect(answer.statusCode).toBe(403);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it.each([
    ['same-origin', 'cors', 403],
    ['same-origin', 'same-origin', 403],
    ['same-site', 'no-cors', 403],
    ['cross-site', 'no-cors', 403],
    // With credentials that no browser was asked for.
    ['same-origin', 'navigate', 403],
    ['none', 'navigate', 200],
  ])('are known without an Origin too: %s, %s gets %i', async (site, mode, status) => {
    const { app } = openApi();
    const fetched = { 'sec-fetch-site': site, 'sec-fetch-mode': mode };
    const answer = await app.inject({ url: packages, headers: { authorization, ...fetched } });
    expect(answer.statusCode).toBe(status);
    const start = await app.inject({ url: '/page/data/start', headers: fetched });
    expect(start.statusCode).toBe(mode === 'navigate' ? 200 : 403);
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

  it('are not ours under any name, unless the operator names their origin', async () => {
    const host = 'wasm.example:3233';
    const headers = { authorization, host, origin: `https://${host}` };
    const hosts = { 'server.allowedHosts': 'wasm.example' };
    const refused = await openApi(hosts).app.inject({ url: packages, headers });
    expect(refused.statusCode).toBe(403);
    const named = openApi({ ...hosts, 'server.allowedOrigins': `https://${host}` });
    expect((await named.app.inject({ url: packages, headers })).statusCode).toBe(200);
  });
});

describe('our own page', () => {
  const origin = 'null';

  async function tokenOf(
    app: ReturnType<typeof openApi>['app'],
    headers: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const { body } = await app.inject({ url: '/', headers: { accept: 'text/html', ...headers } });
    return /name="wasmwhisk-page" content="([^"]*)"/.exec(body)?.[1] ?? 'none';
  }

  it('uses the API with the token of its document', async () => {
    const { app } = openApi();
    const token = await tokenOf(app);
    const shown = { origin, 'x-wasmwhisk-page': token };
    for (const url of [packages, '/page/data/code-sizes', '/page/data/start']) {
      const answer = await app.inject({ url, headers: { authorization, ...shown } });
      expect([url, answer.statusCode]).toEqual([url, 200]);
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': 'null',
        vary: 'Origin',
      });
      const preflight = await app.inject({
        method: 'OPTIONS',
        url,
        headers: {
          origin,
          'access-control-request-method': 'GET',
          'access-control-request-headers': 'authorization, x-wasmwhisk-page',
        },
      });
      expect([url, preflight.statusCode]).toEqual([url, 200]);
      expect(preflight.headers['access-control-allow-headers']).toContain('x-wasmwhisk-page');
    }
  });

  it('learns that its token is one of a server that is gone', async () => {
    const token = await tokenOf(openApi().app);
    const answer = await openApi().app.inject({
      url: packages,
      headers: { authorization, origin, 'x-wasmwhisk-page': token },
    });
    expect(answer.statusCode).toBe(403);
    expect(answer.headers['access-control-allow-origin']).toBe('null');
    expect(answer.headers['access-control-expose-headers']).toContain('X-Wasmwhisk-Error');
  });

  it('is no other sandboxed page, whose preflights are not answered either', async () => {
    const { app } = openApi();
    for (const headers of [{ origin }, { origin, 'x-wasmwhisk-page': '' }]) {
      const answer = await app.inject({ url: packages, headers: { authorization, ...headers } });
      expect(answer.statusCode).toBe(403);
    }
    const preflight = await app.inject({
      method: 'OPTIONS',
      url: packages,
      headers: { origin, 'access-control-request-headers': 'authorization' },
    });
    expect(preflight.statusCode).toBe(403);
    expect(preflight.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('has no token under a name that is allowed because every name is', async () => {
    const { app } = openApi({ 'server.allowedHosts': '*' });
    const host = 'rebound.example';
    expect((await app.inject({ url: packages, headers: { authorization, host } })).statusCode).toBe(
      200,
    );
    expect(await tokenOf(app, { host })).toBe('');
    const stolen = { authorization, host, origin, 'x-wasmwhisk-page': await tokenOf(app) };
    expect((await app.inject({ url: packages, headers: stolen })).statusCode).toBe(403);
  });
});
