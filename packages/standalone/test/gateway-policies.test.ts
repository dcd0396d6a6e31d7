import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { codeOf, openGateway, toBody, type GatewayFixture } from './gateway-fixture.js';
import { echoGuest, jsonOf, type WebAnswer, type WebFixture } from './web-fixture.js';

/* What serverless-openwhisk, wskdeploy and authors of Swagger ask the gateway for. */

let whisk: WebFixture;
let manage: GatewayFixture['manage'];
let create: GatewayFixture['create'];

beforeAll(async () => {
  ({ whisk, manage, create } = await openGateway());
});

afterAll(async () => {
  await whisk.close();
});

const operation = (action: string, more: object = {}): object => ({
  operationId: 'get-it',
  'x-openwhisk': { namespace: '_', package: 'default', action, url: `http://x/${action}.http` },
  ...more,
});

const swagger = (more: object, action = 'webadd', inOperation: object = {}): object => ({
  swagger: '2.0',
  basePath: '/policies',
  info: { title: 'Policies', version: '1.0' },
  paths: { '/a': { get: operation(action, inOperation) } },
  ...more,
});

async function post(document: object): Promise<WebAnswer> {
  const answer = await manage('POST', 'createApi.http', {}, { apidoc: { swagger: document } });
  onTestFinished(async () => {
    await manage('DELETE', 'deleteApi.http', { basepath: '/policies' });
  });
  return answer;
}

/** What serverless-openwhisk writes of a function. */
const configurationOf = (value: unknown, more: object = {}): object => ({
  'x-ibm-configuration': {
    cors: { enabled: true },
    assembly: {
      execute: [
        {
          'operation-switch': {
            case: [
              {
                operations: ['get-it'],
                execute: [
                  {
                    'set-variable': {
                      actions: [{ set: 'message.headers.X-Require-Whisk-Auth', value }],
                    },
                  },
                  { invoke: { 'target-url': 'http://x/webadd.http', verb: 'keep' } },
                ],
              },
            ],
          },
        },
      ],
    },
    ...more,
  },
});

describe('an API whose author asks for what is not done', () => {
  const locked = { client_id: { type: 'apiKey', name: 'X-Client', in: 'header' } };
  const policy = (name: string): object => ({
    'x-ibm-configuration': { assembly: { execute: [{ [name]: {} }] } },
  });
  it.each<[string, string, object, object?]>([
    ['security', 'securityDefinitions', { securityDefinitions: locked }],
    ['a security requirement', 'security', { security: [{ client_id: [] }] }],
    ['security of an operation', 'security', {}, { security: [{ client_id: [] }] }],
    ['a rate limit', 'x-ibm-rate-limit', { 'x-ibm-rate-limit': [{ rate: 1, units: 1 }] }],
    ['a rate limit', 'x-gateway-rate-limit', { 'x-gateway-rate-limit': [{ rate: 1, units: 1 }] }],
    ['no pages of others', 'enabled', { 'x-ibm-configuration': { cors: { enabled: false } } }],
    ['an unknown policy', 'javascript', policy('javascript')],
    ['an unknown policy', 'validate', policy('validate')],
    ['an unknown part', 'mtls', { 'x-gateway-configuration': { mtls: { a: 1 } } }],
    ['policies of an operation', 'x-ibm-op-ext', {}, { 'x-ibm-op-ext': { policies: [{}] } }],
    [
      'another variable',
      'message.headers.X-Other',
      {
        'x-gateway-configuration': {
          assembly: {
            execute: [
              { 'set-variable': { actions: [{ set: 'message.headers.X-Other', value: 'x' }] } },
            ],
          },
        },
      },
    ],
  ])('(%s) is refused by name: %s', async (_title, name, more, inOperation) => {
    const answer = await post(swagger(more, 'webadd', inOperation));
    expect(codeOf(answer)).toEqual([400, 'WW_ERR_API_GATEWAY']);
    expect(jsonOf(answer)['error']).toContain(name);
    expect((await whisk.request('/apis/guest/policies/a')).status).toBe(404);
  });

  it('is taken when it asks for nothing', async () => {
    const more = { security: [], securityDefinitions: {}, ...configurationOf(undefined) };
    expect((await post(swagger(more))).status).toBe(200);
    expect((await whisk.request('/apis/guest/policies/a?body=x')).status).toBe(200);
  });
});

describe('set-variable', () => {
  it('sends the secret of a web action along, and shows it to nobody', async () => {
    for (const [value, status] of [
      ['s3cret', 200],
      ['another', 401],
      [undefined, 401],
    ] as const) {
      const answer = await post(swagger(configurationOf(value), 'secured'));
      expect(answer.status).toBe(200);
      expect(answer.text).not.toContain('s3cret');
      expect((await whisk.request('/apis/guest/policies/a?body=x')).status).toBe(status);
    }
  });

  it('may stand before all operations', async () => {
    const actions = [{ set: 'message.headers.X-Require-Whisk-Auth', value: 's3cret' }];
    const execute = [{ 'set-variable': { actions } }, { invoke: { 'target-url': 'http://x' } }];
    const more = { 'x-gateway-configuration': { assembly: { execute } } };
    expect((await post(swagger(more, 'secured'))).status).toBe(200);
    expect((await whisk.request('/apis/guest/policies/a?body=x')).status).toBe(200);
  });
});

describe('an API', () => {
  it('with parameters in its path needs an action that answers HTTP', async () => {
    for (const responsetype of ['json', 'text', 'html', 'svg', 'http']) {
      const body = toBody('/param', '/{id}', 'get', 'webadd');
      const answer = await manage('POST', 'createApi.http', { responsetype }, body);
      expect([responsetype, answer.status]).toEqual([
        responsetype,
        responsetype === 'http' ? 200 : 400,
      ]);
      if (answer.status === 400)
        expect(jsonOf(answer)['error']).toMatch(
          /^The action must use a response type of '\.http' in order to receive the path parameters\./,
        );
    }
    await manage('DELETE', 'deleteApi.http', { basepath: '/param' });
    const base = toBody('/{id}', '/a', 'get', 'webadd');
    const answer = await manage('POST', 'createApi.http', { responsetype: 'http' }, base);
    expect(jsonOf(answer)['error']).toMatch(
      /^The base path \(\/\{id\}\) cannot have parameters\. /,
    );
  });

  it('of an action that does not exist is refused', async () => {
    for (const name of ['nothing', 'nowhere/add', '/other/nothing', '/nobody/add']) {
      const answer = await manage('POST', 'createApi.http', {}, toBody('/x', '/a', 'get', name));
      expect(codeOf(answer)).toEqual([400, 'WW_ERR_API_GATEWAY']);
    }
    expect(codeOf(await post(swagger({}, 'nothing')))).toEqual([400, 'WW_ERR_API_GATEWAY']);
  });

  it('at the root is the same with and without a slash behind the namespace', async () => {
    await create('/', '/', 'get', 'webadd', 'http');
    const one = await whisk.request('/apis/guest?body=x');
    const other = await whisk.request('/apis/guest/?body=x');
    expect([one.status, one.text]).toEqual([200, 'x']);
    expect([other.status, other.text]).toEqual([200, 'x']);
    // Its scope would be every namespace.
    const headers = { 'service-worker': 'script' };
    expect((await whisk.request('/apis/guest?body=x', { headers })).status).toBe(404);
  });

  it('of an action that asks for credentials leaves them to its caller', async () => {
    await whisk.deploy('personal', echoGuest, { annotations: { 'require-whisk-auth': true } });
    await create('/personal', '/a', 'get', 'personal', 'json', { action: { secureKey: true } });
    expect((await whisk.request('/apis/guest/personal/a')).status).toBe(401);
    const answer = await whisk.request('/apis/guest/personal/a', { authKey: whisk.otherKey });
    expect(jsonOf(answer)).toMatchObject({ __ow_user: 'other' });
  });
});
