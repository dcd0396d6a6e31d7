import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toAuthorization } from './auth-keys.js';
import { echoGuest, jsonOf, openWebFixture, type WebFixture } from './web-fixture.js';

/*
 * What OpenWhisk's controller does (WebActions.scala, `Context.metadata`): all headers of the request are given to
 * the action, with `require-whisk-auth` and without it; of them only Pekko's own `Timeout-Access` is left out.
 */

const web = '/api/v1/web/guest/default';

let whisk: WebFixture;

beforeAll(async () => {
  whisk = await openWebFixture();
  await whisk.deploy('open', echoGuest);
  await whisk.deploy('raw', echoGuest, { annotations: { 'raw-http': true } });
  await whisk.deploy('secured', echoGuest, { annotations: { 'require-whisk-auth': true } });
  await whisk.deploy('secret', echoGuest, { annotations: { 'require-whisk-auth': 's3cret' } });
});

afterAll(async () => {
  await whisk.close();
});

describe("a caller's authorization", () => {
  it.each(['open', 'raw', 'secured', 'secret'])(
    'reaches the web action %s as in OpenWhisk, which knows the caller then',
    async (name) => {
      const authorization = toAuthorization(whisk.otherKey);
      const headers = { authorization, 'x-require-whisk-auth': 's3cret' };
      const answer = await whisk.request(`${web}/${name}.json`, { headers });
      expect(answer.status).toBe(200);
      expect(jsonOf(answer)).toMatchObject({
        __ow_headers: { authorization },
        __ow_user: 'other',
      });
    },
  );

  it('that is none of OpenWhisk is for the action, which may have keys of its own', async () => {
    const authorization = 'Bearer of-its-own';
    const answer = jsonOf(await whisk.request(`${web}/open.json`, { headers: { authorization } }));
    expect(answer).toMatchObject({ __ow_headers: { authorization } });
    expect(answer).not.toHaveProperty('__ow_user');
  });
});
