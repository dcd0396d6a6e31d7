import { describe, expect, it, vi } from 'vitest';
import { openApi } from './api-fixture.js';

describe('GET /', () => {
  it('tells wskdeploy the kinds and limits, without a charset (trap 1)', async () => {
    const { app } = openApi();
    const answer = await app.inject({ url: '/' });
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.json()).toMatchObject({
      description: 'OpenWhisk',
      support: { github: expect.any(String) as string, slack: expect.any(String) as string },
      api_paths: ['/api/v1'],
      limits: {
        actions_per_minute: 600_000,
        triggers_per_minute: 600_000,
        concurrent_actions: 1000,
        sequence_length: 50,
        min_action_duration: 100,
        max_action_duration: 300_000,
        min_action_memory: 134_217_728,
        max_action_memory: 536_870_912,
        min_action_logs: 0,
        max_action_logs: 10_485_760,
      },
      runtimes: { wasm: [{ kind: 'wasm:0.1', default: true, deprecated: false }] },
    });
  });

  it('tells the limits that were configured', async () => {
    const { app } = openApi({
      'throttle.invocationsPerMinute': '7',
      'actions.timeoutMsMax': '90s',
    });
    expect((await app.inject({ url: '/' })).json()).toMatchObject({
      limits: { actions_per_minute: 7, max_action_duration: 90_000 },
    });
  });
});

describe('what anybody may ask', () => {
  it.each(['/api/v1', '/api/v1/'])('is %s, of which wsk prints the build', async (url) => {
    const answer = await openApi().app.inject({ url });
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.json()).toMatchObject({
      api_version: '1.0.0',
      api_version_path: 'v1',
      build: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
      buildno: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
    });
  });

  it('is /ping and /health', async () => {
    const { app } = openApi();
    expect((await app.inject({ url: '/ping' })).body).toBe('pong');
    expect((await app.inject({ url: '/health' })).json()).toEqual({ status: 'ok' });
  });

  it('is /ready and /metrics', async () => {
    const { app, standalone } = openApi();
    // As soon as there are threads.
    await vi.waitFor(async () => {
      const ready = await app.inject({ url: '/ready' });
      expect(ready.statusCode).toBe(200);
      expect(ready.json()).toMatchObject({ ready: true, draining: false });
    });
    const metrics = await app.inject({ url: '/metrics' });
    expect(metrics.headers['content-type']).toContain('text/plain');
    expect(metrics.body).toContain('# TYPE ');
    await standalone.drain(0);
    const draining = await app.inject({ url: '/ready' });
    expect(draining.statusCode).toBe(503);
    expect(draining.json()).toMatchObject({ ready: false, draining: true });
  });
});

describe('namespaces', () => {
  it.each(['/api/v1/namespaces', '/api/v1/namespaces/', '/api/v1/namespaces?'])(
    'are the own one at %s',
    async (url) => {
      const { call } = openApi();
      expect((await call('GET', url)).json).toEqual(['guest']);
      expect((await call('GET', url, { user: 'stranger' })).json).toEqual(['stranger']);
    },
  );

  it('are asked for with a key', async () => {
    expect((await openApi().app.inject({ url: '/api/v1/namespaces' })).statusCode).toBe(401);
  });

  it('have limits', async () => {
    const { call } = openApi({ 'throttle.firesPerMinute': '5' });
    const limits = {
      invocationsPerMinute: 600_000,
      concurrentInvocations: 1000,
      firesPerMinute: 5,
      minActionMemory: 128,
      maxActionMemory: 512,
      minActionLogs: 0,
      maxActionLogs: 10,
      minActionTimeout: 100,
      maxActionTimeout: 300_000,
      minActionConcurrency: 1,
      maxActionConcurrency: 200,
      maxParameterSize: '1048576 B',
      maxActionInstances: 1000,
    };
    expect((await call('GET', '/limits')).json).toEqual(limits);
    expect((await call('PUT', '/limits', { body: {} })).status).toBe(405);
    expect(
      (await call('GET', '/limits', { headers: { authorization: 'Basic eDp5' } })).status,
    ).toBe(401);
    const foreign = await call('GET', '/api/v1/namespaces/guest/limits', { user: 'stranger' });
    expect(foreign.status).toBe(403);
  });
});

describe('people with a browser', () => {
  it('get the page at the root, and programs the information', async () => {
    const { app } = openApi();
    const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
    const page = await app.inject({ url: '/', headers: { accept } });
    expect(page.headers['content-type']).toMatch(/^text\/html/);
    expect(page.body).toMatch(/<!doctype html>/i);
    for (const other of ['*/*', 'application/json', 'text/htmlx']) {
      const answer = await app.inject({ url: '/', headers: { accept: other } });
      expect(answer.headers['content-type']).toBe('application/json');
    }
  });
});
