import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTranscript } from './recorded/transcript.js';
import { wskdeployExpected } from './recorded/wskdeploy-expected.js';
import { readServedKinds } from './recorded/wskdeploy-kinds.js';
import { startTestStandalone, type TestStandalone } from './support/standalone.js';
import { callApi } from './support/standalone-client.js';
import { Replay } from './support/standalone-replay.js';

/* What the real `wskdeploy` sent, replayed in order; see recorded/README.md. */

const recorded = readTranscript('wskdeploy');

describe('the recorded requests of wskdeploy', () => {
  let standalone: TestStandalone;
  let replay: Replay;
  beforeAll(async () => {
    standalone = await startTestStandalone();
    replay = new Replay(standalone.url, 'Go-http-client/1.1');
  });
  afterAll(async () => {
    await standalone.shutDown();
  });

  it('are all expected to be answered', () => {
    expect(wskdeployExpected.map(([command]) => command)).toEqual(
      recorded.map(({ command }) => command),
    );
    for (const [index, [command, { statuses, why }]] of wskdeployExpected.entries())
      if (statuses.length !== recorded[index]?.requests.length || statuses.includes(400))
        expect(why, command).toBeDefined();
  });

  it.each(recorded.map((command, index) => [index + 1, command.command, command] as const))(
    '%i. %s',
    async (number, _command, command) => {
      const statuses = wskdeployExpected[number - 1]?.[1].statuses ?? [];
      const exchanges = await replay.send(command, statuses);
      const answers = exchanges.map(({ path, status, text }) => ({ path, status, text }));
      expect(answers).toMatchObject(statuses.map((status) => ({ status })));
      expect(answers).toHaveLength(statuses.length);
    },
  );

  it('leave nothing of what was undeployed', async () => {
    expect((await standalone.guest.call('GET', 'triggers')).text).toBe('[]');
    expect((await standalone.guest.call('GET', 'rules')).text).toBe('[]');
  });
});

describe('the kinds served', () => {
  const built = readTranscript('wskdeploy').filter(({ printed }) =>
    printed.some((line) => line.includes('[swift:5.4,') || line.includes(' swift:5.4,')),
  );

  it('are found by wskdeploy in the reply to GET /', async () => {
    await using standalone = await startTestStandalone();
    const { status, headers, text, object } = await callApi(standalone.url, {
      method: 'GET',
      path: '/',
      headers: { 'Content-Type': 'application/json; charset=UTF-8', 'Accept-Encoding': 'gzip' },
    });
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json');
    const kinds = readServedKinds(headers['content-type'] ?? '', text);
    expect(kinds).toEqual(expect.arrayContaining(['wasm:0.1', 'wasm:default']));
    const { description, support, api_paths: paths, limits } = object();
    expect(description).toEqual(expect.any(String));
    expect(support).toEqual({ github: expect.any(String), slack: expect.any(String) });
    expect(paths).toEqual(['/api/v1']);
    for (const limit of ['actions_per_minute', 'triggers_per_minute', 'concurrent_actions'])
      expect((limits as Record<string, number>)[limit]).toBeGreaterThan(0);
  });

  it('are its own when the content type is another one, as was recorded', () => {
    const body = '{"runtimes":{"wasm":[{"kind":"wasm:0.1","default":true,"deprecated":false}]}}';
    expect(built.length).toBeGreaterThan(0);
    for (const type of ['application/json; charset=utf-8', 'application/json;charset=UTF-8'])
      expect(readServedKinds(type, body)).toBe('built-in');
    for (const type of ['application/json', 'application/json; charset=UTF-8'])
      expect(readServedKinds(type, body)).toEqual(['wasm:0.1', 'wasm:default']);
  });
});
