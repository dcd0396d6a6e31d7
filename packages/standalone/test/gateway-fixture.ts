import { expect, onTestFinished } from 'vitest';
import {
  echoGuest,
  jsonOf,
  openWebFixture,
  type WebAnswer,
  type WebFixture,
} from './web-fixture.js';

/** The folder of the three actions that `wsk api` calls. */
export const management = '/api/v1/web/whisk.system/apimgmt';

/** Status and code of a refusal. */
export function codeOf({ status, headers }: WebAnswer): readonly unknown[] {
  return [status, headers['x-wasmwhisk-error']];
}

/** What may be said beyond path and action. */
export interface ApiDetails {
  readonly api?: object;
  readonly action?: object;
}

/** A standalone OpenWhisk whose guest has the web actions `webadd`, `demo/add` and `secured`. */
export interface GatewayFixture {
  readonly whisk: WebFixture;
  /** Calls one of the three actions as `wsk` does. */
  manage(
    method: 'GET' | 'POST' | 'DELETE',
    name: string,
    query?: Readonly<Record<string, string>>,
    body?: unknown,
    authKey?: string,
  ): Promise<WebAnswer>;
  /** Makes an operation of an API, which goes with the test. */
  create(
    basePath: string,
    path: string,
    method: string,
    name: string,
    responseType?: string,
    details?: ApiDetails,
  ): Promise<Record<string, unknown>>;
}

export async function openGateway(): Promise<GatewayFixture> {
  const whisk = await openWebFixture();
  await whisk.deploy('webadd', echoGuest, { parameters: { from: 'webadd' } });
  await whisk.put('packages/demo', {});
  await whisk.deploy('demo/add', echoGuest, { parameters: { from: 'demo/add' } });
  await whisk.deploy('secured', echoGuest, {
    annotations: { 'require-whisk-auth': 's3cret' },
    parameters: { from: 'secured' },
  });
  const manage: GatewayFixture['manage'] = (
    method,
    name,
    query = {},
    body,
    authKey = whisk.guestKey,
  ) => {
    const fields = new URLSearchParams({
      accesstoken: 'DUMMY TOKEN',
      spaceguid: '23bc46b1-71f6-4ed5-8c54-816aa4f8c502',
      ...query,
    });
    return whisk.request(`${management}/${name}?${fields.toString()}`, {
      method,
      authKey,
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
  };
  const create: GatewayFixture['create'] = async (
    basePath,
    path,
    method,
    name,
    responsetype = 'json',
    details = {},
  ) => {
    const body = toBody(basePath, path, method, name, details);
    const answer = await manage('POST', 'createApi.http', { responsetype }, body);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json']);
    onTestFinished(async () => {
      await manage('DELETE', 'deleteApi.http', { basepath: basePath });
    });
    return jsonOf(answer);
  };
  return { whisk, manage, create };
}

/** The body that `wsk api create` sends. */
export function toBody(
  basePath: string,
  path: string,
  method: string,
  name: string,
  { api, action }: ApiDetails = {},
): object {
  return {
    apidoc: {
      namespace: '_',
      gatewayBasePath: basePath,
      gatewayPath: path,
      gatewayMethod: method,
      id: `API:_:${basePath}`,
      action: {
        name,
        namespace: '_',
        backendMethod: method,
        // What wskdeploy sends, word for word but for the port.
        backendUrl: `https://http://127.0.0.1:3233/api/v1/web/_/${name}.http`,
        authkey: 'uuid:key',
        ...action,
      },
      ...api,
    },
  };
}
