import openwhisk from 'openwhisk';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { codeOf, management, openGateway, toBody, type GatewayFixture } from './gateway-fixture.js';
import { jsonOf, type WebFixture } from './web-fixture.js';

/** What the client has, and its types do not know. */
interface Getter {
  get(options: { readonly basepath: string }): Promise<unknown>;
}

let whisk: WebFixture;
let manage: GatewayFixture['manage'];
let create: GatewayFixture['create'];

beforeAll(async () => {
  ({ whisk, manage, create } = await openGateway());
});

afterAll(async () => {
  await whisk.close();
});

describe('the management of APIs', () => {
  it('creates, lists, gets and deletes as wsk does', async () => {
    const value = {
      namespace: 'guest',
      gwApiUrl: `${whisk.url}/apis/guest/hello`,
      gwApiActivated: true,
      tenantId: 'guest',
      apidoc: {
        swagger: '2.0',
        basePath: '/hello',
        info: { title: '/hello', version: '1.0.0' },
        paths: {
          '/world': {
            get: {
              operationId: 'getWorld',
              responses: { default: { description: 'Default response' } },
              'x-openwhisk': {
                action: 'webadd',
                namespace: 'guest',
                package: 'default',
                url: `${whisk.url}/api/v1/web/guest/default/webadd.json`,
              },
            },
          },
        },
      },
    };
    expect(await create('/hello', '/world', 'GET', 'webadd')).toEqual(value);
    const items = { apis: [{ id: 'API:guest:/hello', key: 'API:guest:/hello', value }] };
    const listed = await manage('GET', 'getApi.http', { limit: '30', skip: '0' });
    expect([listed.status, jsonOf(listed)]).toEqual([200, items]);
    expect(jsonOf(await manage('GET', 'getApi.http', { basepath: '/hello' }))).toEqual(items);
    expect(jsonOf(await manage('GET', 'getApi.http', { basepath: '/other' }))).toEqual({
      apis: [],
    });
    expect(jsonOf(await manage('GET', 'getApi.http', { skip: '1' }))).toEqual({ apis: [] });
    const deleted = await manage('DELETE', 'deleteApi.http', { basepath: '/hello' });
    expect([deleted.status, deleted.text]).toEqual([200, '{}']);
    expect(jsonOf(await manage('GET', 'getApi.http'))).toEqual({ apis: [] });
  });

  it('adds to an API, whose name stays', async () => {
    await create('/more', '/a', 'GET', 'webadd', 'json', { api: { apiName: 'First' } });
    const pathParameters = [
      { name: 'id', in: 'path', description: 'x', required: true, type: 'string' },
    ];
    const { apidoc } = await create('/more', '/b/{id}', 'POST', 'demo/add', 'http', {
      api: { apiName: 'Second', pathParameters },
    });
    expect(apidoc).toMatchObject({
      info: { title: 'First' },
      paths: {
        '/a': { get: { operationId: 'getA' } },
        '/b/{id}': {
          post: {
            operationId: 'postBId',
            parameters: pathParameters,
            'x-openwhisk': {
              action: 'add',
              package: 'demo',
              url: `${whisk.url}/api/v1/web/guest/demo/add.http`,
            },
          },
        },
      },
    });
    const byName = jsonOf(await manage('GET', 'getApi.http', { basepath: 'First' }));
    expect(byName['apis']).toHaveLength(1);
    expect(jsonOf(await manage('GET', 'getApi.http', { basepath: 'Second' }))).toEqual({
      apis: [],
    });
  });

  it('deletes operations, paths and what remains of them', async () => {
    for (const [path, method] of [
      ['/a', 'get'],
      ['/a', 'post'],
      ['/b', 'get'],
      ['/c', 'get'],
    ] as const)
      await create('/less', path, method, 'webadd');
    const paths = async (): Promise<readonly string[]> => {
      const { apis } = jsonOf(await manage('GET', 'getApi.http', { basepath: '/less' })) as {
        apis: { value: { apidoc: { paths: Record<string, object> } } }[];
      };
      return Object.entries(apis[0]?.value.apidoc.paths ?? {}).map(
        ([path, item]) => `${path} ${Object.keys(item).join()}`,
      );
    };
    const remove = async (query: Record<string, string>): Promise<void> => {
      const answer = await manage('DELETE', 'deleteApi.http', { basepath: '/less', ...query });
      expect([answer.status, answer.text]).toEqual([200, '{}']);
    };
    expect(await paths()).toEqual(['/a get,post', '/b get', '/c get']);
    await remove({ relpath: '/a', operation: 'GET' });
    expect(await paths()).toEqual(['/a post', '/b get', '/c get']);
    await remove({ relpath: '/b' });
    await remove({ relpath: '/a', operation: 'post' });
    expect(await paths()).toEqual(['/c get']);
    await remove({ relpath: '/c', operation: 'get' });
    expect(whisk.services.storage.apis.list('guest', '/less')).toEqual([]);
    for (const query of [{}, { relpath: '/c' }, { relpath: '/c', operation: 'get' }]) {
      const answer = await manage('DELETE', 'deleteApi.http', { basepath: '/less', ...query });
      expect(codeOf(answer)).toEqual([404, 'WW_ERR_API_NOT_FOUND']);
    }
  });

  it('takes a whole API from a file, which replaces what there was', async () => {
    await create('/whole', '/old', 'get', 'webadd');
    const operation = (action: string, url: string): object => ({
      operationId: 'mine',
      'x-openwhisk': { namespace: '_', package: 'default', action, url },
    });
    const swagger = {
      swagger: '2.0',
      basePath: '/whole',
      info: { title: 'Whole', version: '2.0.0', description: 'All of it' },
      definitions: { Id: { maximum: 1 } },
      paths: {
        '/json': { get: operation('webadd', 'https://http://x/api/v1/web/_/default/webadd.json') },
        '/text': {
          parameters: [{ name: 'id', in: 'path' }],
          put: operation('webadd', 'http://x/webadd.text'),
        },
        '/package': {
          get: { 'x-openwhisk': { namespace: 'guest', package: 'demo', action: 'add' } },
        },
      },
    };
    // As text, with a number that JavaScript has not got.
    const text = JSON.stringify(swagger).replace('"maximum":1', '"maximum":9007199254740993');
    const answer = await manage(
      'POST',
      'createApi.http',
      { responsetype: 'http' },
      {
        apidoc: { namespace: '_', swagger: text },
      },
    );
    onTestFinished(async () => {
      await manage('DELETE', 'deleteApi.http', { basepath: '/whole' });
    });
    expect(answer.text).toContain('"maximum":9007199254740993');
    expect(jsonOf(answer)['apidoc']).toMatchObject({
      info: swagger.info,
      basePath: '/whole',
      paths: {
        '/json': { get: { operationId: 'mine', responses: { default: {} } } },
        '/text': { parameters: [{ name: 'id', in: 'path' }] },
        '/package': { get: { operationId: 'getPackage' } },
      },
    });
    expect((await whisk.request('/apis/guest/whole/old')).status).toBe(404);
    expect(jsonOf(await whisk.request('/apis/guest/whole/json'))).toMatchObject({ from: 'webadd' });
    const text404 = await whisk.request('/apis/guest/whole/text?text=hello', { method: 'PUT' });
    expect([text404.status, text404.text]).toEqual([200, 'hello']);
    const packaged = await whisk.request('/apis/guest/whole/package?body=x');
    expect([packaged.headers['content-type'], packaged.text]).toEqual([
      'text/html; charset=UTF-8',
      'x',
    ]);
    // What was printed is taken again, and is the same.
    const again = await manage(
      'POST',
      'createApi.http',
      {},
      {
        apidoc: { namespace: '_', swagger: jsonOf(answer)['apidoc'] },
      },
    );
    expect(jsonOf(again)).toEqual(jsonOf(answer));
  });

  it.each<[string, unknown, number, string]>([
    ['no apidoc', {}, 400, 'WW_ERR_API_GATEWAY'],
    ['an apidoc that is a list', { apidoc: [] }, 400, 'WW_ERR_API_BODY'],
    ['an apidoc that is no JSON', { apidoc: '{' }, 400, 'WW_ERR_API_GATEWAY'],
    ['a list', [], 400, 'WW_ERR_API_BODY'],
    [
      'no action',
      { apidoc: { gatewayBasePath: '/a', gatewayPath: '/b', gatewayMethod: 'get' } },
      400,
      'WW_ERR_API_GATEWAY',
    ],
    ['a base path without a slash', toBody('a', '/b', 'get', 'x'), 400, 'WW_ERR_API_GATEWAY'],
    ['a path with a query', toBody('/a', '/b?c', 'get', 'x'), 400, 'WW_ERR_API_GATEWAY'],
    ['a path that goes up', toBody('/a', '/../b', 'get', 'x'), 400, 'WW_ERR_API_GATEWAY'],
    ['half a parameter', toBody('/a', '/b{id', 'get', 'x'), 400, 'WW_ERR_API_GATEWAY'],
    ['a parameter in a segment', toBody('/a', '/b{id}', 'get', 'x'), 400, 'WW_ERR_API_GATEWAY'],
    ['a method of none', toBody('/a', '/b', 'fetch', 'x'), 400, 'WW_ERR_API_GATEWAY'],
    ['an action without a name', toBody('/a', '/b', 'get', ''), 400, 'WW_ERR_API_GATEWAY'],
    ['an action whose name is none', toBody('/a', '/b', 'get', '-x'), 400, 'WW_ERR_API_NAME'],
    [
      'a method that is a number',
      toBody('/a', '/b', 'get', 'x', { api: { gatewayMethod: 1 } }),
      400,
      'WW_ERR_API_BODY',
    ],
    [
      'a secret that is an object',
      toBody('/a', '/b', 'get', 'x', { action: { secureKey: {} } }),
      400,
      'WW_ERR_API_GATEWAY',
    ],
    [
      'the namespace of another',
      toBody('/a', '/b', 'get', 'x', { api: { namespace: 'other' } }),
      403,
      'WW_ERR_API_FORBIDDEN',
    ],
    [
      'Swagger without paths',
      { apidoc: { swagger: { basePath: '/a', info: {} } } },
      400,
      'WW_ERR_API_GATEWAY',
    ],
    [
      'Swagger without operations',
      { apidoc: { swagger: { basePath: '/a', info: {}, paths: { '/b': {} } } } },
      400,
      'WW_ERR_API_GATEWAY',
    ],
    [
      'Swagger without actions',
      { apidoc: { swagger: { basePath: '/a', info: {}, paths: { '/b': { get: {} } } } } },
      400,
      'WW_ERR_API_GATEWAY',
    ],
    [
      'Swagger and a path',
      { apidoc: { swagger: {}, gatewayBasePath: '/a' } },
      400,
      'WW_ERR_API_GATEWAY',
    ],
    ['Swagger that is no JSON', { apidoc: { swagger: 'swagger: 2.0' } }, 400, 'WW_ERR_API_GATEWAY'],
  ])('refuses %s', async (_title, body, status, code) => {
    const answer = await manage('POST', 'createApi.http', {}, body);
    expect(codeOf(answer)).toEqual([status, code]);
    expect(jsonOf(answer)).toEqual({
      error: expect.any(String),
      code: answer.headers['x-request-id'],
    });
    expect(whisk.services.storage.apis.list('guest')).toEqual([]);
  });

  it('refuses what a query cannot mean', async () => {
    const create = toBody('/a', '/b', 'get', 'x');
    expect(codeOf(await manage('POST', 'createApi', { responsetype: 'xml' }, create))).toEqual([
      400,
      'WW_ERR_API_GATEWAY',
    ]);
    expect(codeOf(await manage('DELETE', 'deleteApi'))).toEqual([400, 'WW_ERR_API_GATEWAY']);
    expect(
      codeOf(await manage('DELETE', 'deleteApi', { basepath: '/a', operation: 'get' })),
    ).toEqual([400, 'WW_ERR_API_GATEWAY']);
    expect(codeOf(await manage('GET', 'getApi', { limit: '201' }))).toEqual([
      400,
      'WW_ERR_API_QUERY',
    ]);
    expect(codeOf(await manage('GET', 'createApi'))).toEqual([405, 'WW_ERR_API_METHOD']);
  });

  it('asks who calls, and shows nobody the APIs of another', async () => {
    await create('/mine', '/a', 'get', 'webadd');
    for (const name of ['getApi', 'getApi.http']) {
      const nobody = await whisk.request(`${management}/${name}`);
      expect(codeOf(nobody)).toEqual([401, 'WW_ERR_API_NO_CREDENTIALS']);
      expect(nobody.headers['www-authenticate']).toContain('Basic');
      const wrong = await whisk.request(`${management}/${name}`, { authKey: 'a:b' });
      expect(codeOf(wrong)).toEqual([401, 'WW_ERR_API_CREDENTIALS']);
      const other = await manage('GET', name, {}, undefined, whisk.otherKey);
      expect([other.status, other.text]).toEqual([200, '{"apis":[]}']);
    }
    const body = toBody('/theirs', '/a', 'get', 'webadd');
    expect(
      (
        await whisk.request(`${management}/createApi`, {
          method: 'POST',
          body: JSON.stringify(body),
        })
      ).status,
    ).toBe(401);
    const deleted = await manage(
      'DELETE',
      'deleteApi',
      { basepath: '/mine' },
      undefined,
      whisk.otherKey,
    );
    expect(deleted.status).toBe(404);
    expect((await whisk.request('/apis/guest/mine/a')).status).toBe(200);
    expect((await whisk.request('/apis/other/mine/a')).status).toBe(404);
  });

  it('serves npm openwhisk', async () => {
    const { routes } = openwhisk({ apihost: whisk.url, api_key: whisk.guestKey });
    const { apidoc } = (await routes.create({
      relpath: '/books/{isbn}',
      operation: 'GET',
      basepath: '/club',
      action: '/guest/demo/add',
      responsetype: 'http',
      name: 'Book club',
    } as Parameters<typeof routes.create>[0])) as { apidoc: Record<string, unknown> };
    expect(apidoc).toMatchObject({
      info: { title: 'Book club' },
      paths: {
        '/books/{isbn}': {
          get: {
            parameters: [{ name: 'isbn' }],
            'x-openwhisk': { package: 'demo', action: 'add' },
          },
        },
      },
    });
    expect(await routes.list()).toMatchObject({ apis: [{ value: { apidoc } }] });
    expect(await (routes as unknown as Getter).get({ basepath: '/club' })).toMatchObject({
      apis: [{ value: { apidoc } }],
    });
    const answer = await whisk.request('/apis/guest/club/books/3?body=read');
    expect([answer.status, answer.text]).toEqual([200, 'read']);
    expect(await routes.delete({ basepath: '/club' })).toEqual({});
    await expect(routes.delete({ basepath: '/club' })).rejects.toMatchObject({ statusCode: 404 });
  });
});
