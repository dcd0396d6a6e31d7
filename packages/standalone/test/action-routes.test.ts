import { beforeEach, describe, expect, it } from 'vitest';
import {
  add,
  hello,
  helloModule,
  expectRefusal,
  openActions,
  type ActionClient,
} from './action-client.js';

let api: ActionClient;

beforeEach(() => {
  api = openActions();
});

describe('PUT of an action', () => {
  it('answers a new action as it is stored, without its code', async () => {
    const { json: body, text } = await api.create('actions/x', {
      namespace: '_',
      name: 'something/else',
      exec: { ...add, main: 'add', binary: false },
      parameters: [{ key: 'a', value: 1 }],
      annotations: [{ key: 'note', value: 'hi' }],
    });
    expect(body).toMatchObject({
      namespace: 'guest',
      name: 'x',
      version: '0.0.1',
      publish: false,
      exec: { kind: 'wasm:0.1', binary: true, main: 'add' },
      parameters: [{ key: 'a', value: 1 }],
      limits: { timeout: 60_000, memory: 256, logs: 10, concurrency: 1 },
    });
    expect(text).not.toContain(add.code);
    expect(text).not.toContain('instances');
    const { annotations, updated } = body as { annotations: unknown[]; updated: number };
    expect(annotations).toHaveLength(3);
    expect(annotations).toEqual(
      expect.arrayContaining([
        { key: 'note', value: 'hi' },
        { key: 'provide-api-key', value: false },
        { key: 'exec', value: 'wasm:0.1' },
      ]),
    );
    api.tick();
    const changed = await api.update('actions/x', {});
    expect((changed.json as { updated: number }).updated).toBe(updated + 1);
  });

  it('gives numbers back as they were written', async () => {
    const exec = JSON.stringify(add);
    const parameters =
      '[{"key":"a","value":9007199254740993},{"key":"b","value":{"c":[1.0,-0,1e400]}}]';
    const { text } = await api.create('actions/x', `{"exec":${exec},"parameters":${parameters}}`);
    expect(text).toContain(parameters);
    expect((await api.get('actions/x')).text).toContain(parameters);
  });

  it('counts the version up with every overwrite, unless the body says one', async () => {
    const path = 'actions/x';
    const versions = [
      await api.create(path, { exec: add }),
      await api.update(path, {}),
      await api.update(path, { exec: add }),
      await api.update(path, { version: '1.2.3' }),
      await api.update(path, { publish: false }),
    ].map(({ json: body }) => (body as { version: string }).version);
    expect(versions).toEqual(['0.0.1', '0.0.2', '0.0.3', '1.2.3', '1.2.4']);
  });

  it('refuses to overwrite unless told so, and to create without code', async () => {
    const path = 'actions/x';
    expectRefusal(await api.update(path, {}), 400, 'WW_ERR_API_BODY');
    await api.create(path, { exec: add });
    expectRefusal(await api.put(path, { exec: add }), 409, 'WW_ERR_API_EXISTS');
    expectRefusal(await api.put(`${path}?overwrite=false`, {}), 409, 'WW_ERR_API_EXISTS');
    expectRefusal(await api.put(`${path}?overwrite=maybe`, {}), 400, 'WW_ERR_API_QUERY');
    // What is refused changes nothing.
    expect((await api.get(path)).json).toMatchObject({ version: '0.0.1' });
  });

  it('merges annotations and limits, and replaces parameters', async () => {
    const path = 'actions/x';
    await api.create(path, {
      exec: { ...add, main: 'add' },
      parameters: [{ key: 'a', value: 1 }],
      annotations: [
        { key: 'keep', value: 1 },
        { key: 'change', value: 1 },
        { key: 'drop', value: 1 },
        { key: 'provide-api-key', value: true },
        { key: 'exec', value: 'lie' },
      ],
      limits: { timeout: 1000, memory: 128, instances: 3 },
    });
    const { json: body } = await api.update(path, {
      parameters: [{ key: 'b', value: 2 }],
      annotations: [{ key: 'change', value: 2 }],
      delAnnotations: ['drop', 'exec', 'absent'],
      limits: { memory: 256 },
    });
    expect(body).toMatchObject({
      exec: { kind: 'wasm:0.1', binary: true, main: 'add' },
      parameters: [{ key: 'b', value: 2 }],
      limits: { timeout: 1000, memory: 256, logs: 10, concurrency: 1, instances: 3 },
    });
    const { annotations } = body as { annotations: { key: string; value: unknown }[] };
    expect(new Map(annotations.map(({ key, value }) => [key, value]))).toEqual(
      new Map<string, unknown>([
        ['keep', 1],
        ['change', 2],
        ['provide-api-key', true],
        ['exec', 'wasm:0.1'],
      ]),
    );
    // The main goes with the exec that it belongs to.
    const again = await api.update(path, { exec: hello, parameters: [] });
    expect(again.json).toMatchObject({ exec: { kind: 'wasm:0.1', binary: true }, parameters: [] });
    expect(again.text).not.toContain('"main"');
  });

  it('does not bring the API key annotation back', async () => {
    const path = 'actions/x';
    await api.create(path, { exec: add });
    const { text } = await api.update(path, { delAnnotations: ['provide-api-key'] });
    expect(text).not.toContain('provide-api-key');
    expect((await api.update(path, { exec: add })).text).not.toContain('provide-api-key');
  });

  it('lets the copied of two equal keys count, as wsk --copy sends them', async () => {
    await api.create('actions/a', {
      exec: add,
      parameters: [{ key: 'x', value: 'copied' }],
      annotations: [{ key: 'note', value: 'copied' }],
    });
    const source = (await api.get('actions/a?code=true')).json as {
      exec: { code: string };
      parameters: unknown[];
      annotations: unknown[];
    };
    expect(source.exec.code).toBe(add.code);
    const { json: body } = await api.create('actions/b?overwrite=false', {
      namespace: '_',
      name: 'b',
      exec: source.exec,
      parameters: [{ key: 'x', value: 'typed' }, ...source.parameters],
      annotations: [{ key: 'note', value: 'typed' }, ...source.annotations],
    });
    expect(body).toMatchObject({ parameters: [{ key: 'x', value: 'copied' }] });
    expect((body as { annotations: unknown[] }).annotations).toContainEqual({
      key: 'note',
      value: 'copied',
    });
  });

  it.each(['nodejs:default', 'blackbox', 'python:3', 'wasm'])(
    'refuses the kind %s',
    async (kind) => {
      const answer = await api.put('actions/x', { exec: { ...add, kind, image: 'x' } });
      expectRefusal(answer, 400, 'WW_ERR_API_KIND');
      expect(answer.text).toContain(kind);
      expect(answer.text).toContain('wasm:0.1');
    },
  );

  it.each(['wasm:default', ' Wasm:0.1 '])('resolves the kind %j', async (kind) => {
    const { json: body } = await api.create('actions/x', { exec: { ...add, kind } });
    expect(body).toMatchObject({ exec: { kind: 'wasm:0.1' } });
  });

  it('refuses a module that wsk read as text, with the remedy', async () => {
    const code = helloModule.toString('utf8');
    expect(code).toContain('\ufffd');
    const answer = await api.put('actions/x', { exec: { kind: 'wasm:0.1', code } });
    expectRefusal(answer, 400, 'WW_ERR_API_CODE');
    expect(answer.text).toMatch(/wasmwhisk pack.*base64.*wasmwhisk deploy/);
    expect((await api.get('actions/x')).status).toBe(404);
  });

  it.each([
    ['source text', 'function main() { return {}; }', 'JavaScript'],
    ['base64 in lines', `${add.code.slice(0, 60)}\n${add.code.slice(60)}\n`, 'base64'],
    ['a zip without a module', 'UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==', 'archive'],
    // (module (import "env" "f" (func)) (func (export "_start")))
    [
      'an import that nobody has',
      'AGFzbQEAAAABBAFgAAACCQEDZW52AWYAAAMCAQAHCgEGX3N0YXJ0AAEKBAECAAs=',
      'import env.f',
    ],
    ['a module without an entry', 'AGFzbQEAAAA=', '_start'],
  ])('refuses code that can never run: %s', async (_, code, reason) => {
    const answer = await api.put('actions/x', { exec: { kind: 'wasm:default', code } });
    expectRefusal(answer, 400, 'WW_ERR_API_CODE');
    expect(answer.text).toMatch(/"error":"The code cannot run: /);
    expect(answer.text).toContain(reason);
    expect((await api.get('actions/x')).status).toBe(404);
  });

  it('says that an action exists before it looks at its code', async () => {
    await api.create('actions/x', { exec: add });
    const exec = { kind: 'wasm:0.1', code: 'function main() {}' };
    expectRefusal(await api.put('actions/x', { exec }), 409, 'WW_ERR_API_EXISTS');
    expectRefusal(await api.update('actions/x', { exec }), 400, 'WW_ERR_API_CODE');
    expect((await api.get('actions/x')).json).toMatchObject({ version: '0.0.1', exec: add });
  });

  it('refuses what is too large', async () => {
    const value = 'x'.repeat(1024 * 1024);
    const path = 'actions/x';
    expectRefusal(
      await api.put(path, { exec: add, parameters: [{ key: 'a', value }] }),
      413,
      'WW_ERR_API_TOO_LARGE',
    );
    expectRefusal(
      await api.put(path, { exec: add, annotations: [{ key: 'a', value }] }),
      413,
      'WW_ERR_API_TOO_LARGE',
    );
    const code = 'A'.repeat(48 * 1024 * 1024 + 4);
    expectRefusal(await api.put(path, { exec: { ...add, code } }), 413, 'WW_ERR_API_TOO_LARGE');
    // Each fits, both together do not.
    const half = 'x'.repeat(600 * 1024);
    await api.create(path, { exec: add, annotations: [{ key: 'a', value: half }] });
    expectRefusal(
      await api.update(path, { annotations: [{ key: 'b', value: half }] }),
      413,
      'WW_ERR_API_TOO_LARGE',
    );
  });

  it('takes the longest code there may be, and gives it back', async () => {
    const path = 'actions/x';
    const bytes = Buffer.alloc(36 * 1024 * 1024, 'wasm');
    const module = Buffer.from(add.code, 'base64');
    module.copy(bytes);
    // The rest is a custom section: id, length in four bytes, a name of one byte.
    const padding = bytes.length - module.length - 5;
    bytes.set([0, 0, 0, 0, 0, 1], module.length);
    for (let byte = 0; byte < 4; byte += 1)
      bytes[module.length + 1 + byte] = ((padding >>> (7 * byte)) & 0x7f) | (byte < 3 ? 0x80 : 0);
    const code = bytes.toString('base64');
    expect(code).toHaveLength(48 * 1024 * 1024);
    await api.create(path, { exec: { ...add, code } });
    const { text } = await api.get(path);
    expect(text.includes(code)).toBe(true);
    expect((await api.remove(path)).text.length).toBeLessThan(2000);
  });

  it.each([
    ['memory', 127],
    ['memory', 513],
    ['memory', 1.5],
    ['timeout', 99],
    ['timeout', 300_001],
    ['logs', 11],
    ['logs', -1],
    ['concurrency', 0],
    ['instances', -1],
    ['timeout', '100'],
  ])('refuses %s of %j', async (name, limit) => {
    const answer = await api.put('actions/x', { exec: add, limits: { [name]: limit } });
    expectRefusal(answer, 400, 'WW_ERR_API_LIMIT');
  });

  it.each([
    ['no body', undefined, 'WW_ERR_API_BODY'],
    ['no JSON', '{"exec":', 'WW_ERR_API_BODY'],
    ['a list', '[]', 'WW_ERR_API_BODY'],
    ['deep nesting', `{"exec":${'['.repeat(100_000)}`, 'WW_ERR_API_BODY'],
    ['a member of a wrong type', { exec: add, publish: 'yes' }, 'WW_ERR_API_BODY'],
    ['a bad version', { exec: add, version: '0.0.0' }, 'WW_ERR_API_BODY'],
  ])('refuses %s', async (_name, body, code) => {
    expectRefusal(await api.put('actions/x', body), 400, code);
  });

  it('refuses bad names, and takes those with blanks', async () => {
    expectRefusal(await api.put('actions/-x', { exec: add }), 400, 'WW_ERR_API_NAME');
    expectRefusal(await api.put('actions/a%2Fb', { exec: add }), 400, 'WW_ERR_API_NAME');
    expectRefusal(
      await api.put(`actions/${'a'.repeat(257)}`, { exec: add }),
      400,
      'WW_ERR_API_NAME',
    );
    const { json: body } = await api.create('actions/x%20my%20action', { exec: add });
    expect(body).toMatchObject({ name: 'x my action' });
  });

  it('shares its names with all other entities', async () => {
    await api.create('triggers/x', {});
    for (const answer of [
      await api.put('actions/x', { exec: add }),
      await api.update('actions/x', { exec: add }),
      await api.get('actions/x'),
      await api.remove('actions/x'),
      await api.put('actions/x/x', { exec: add }),
    ])
      expectRefusal(answer, 409, 'WW_ERR_API_COLLECTION');
  });

  it('keeps strangers out', async () => {
    await api.create('actions/x', { exec: add });
    const path = '/api/v1/namespaces/guest/actions/x';
    expectRefusal(await api.put(path, { exec: add }, 'stranger'), 403, 'WW_ERR_API_FORBIDDEN');
    expectRefusal(await api.get(path, 'stranger'), 403, 'WW_ERR_API_FORBIDDEN');
    expectRefusal(
      await api.get('/api/v1/namespaces/guest/actions', 'stranger'),
      403,
      'WW_ERR_API_FORBIDDEN',
    );
    expectRefusal(
      await api.get('/api/v1/namespaces/nobody/actions/x', 'stranger'),
      403,
      'WW_ERR_API_FORBIDDEN',
    );
    expectRefusal(await api.remove(path, 'stranger'), 403, 'WW_ERR_API_FORBIDDEN');
    expect((await api.get(path)).status).toBe(200);
  });
});
