import { beforeEach, describe, expect, it } from 'vitest';
import { add, expectRefusal, openActions, type ActionClient } from './action-client.js';

let api: ActionClient;

beforeEach(() => {
  api = openActions();
});

describe('sequences', () => {
  const sequence = (...components: string[]) => ({ exec: { kind: 'sequence', components } });

  it('have their components as parameters, whatever was sent', async () => {
    await api.create('actions/a', { exec: add });
    await api.create('packages/p', {});
    await api.create('actions/p/b', { exec: add });
    const components = ['/guest/a', '/guest/p/b'];
    const path = 'actions/s';
    const { json: body, text } = await api.create(path, {
      ...sequence('/_/a', '/_/p/b'),
      parameters: [{ key: 'x', value: 1 }],
    });
    expect(body).toMatchObject({
      exec: { kind: 'sequence', components },
      parameters: [{ key: '_actions', value: components }],
    });
    expect(text).toContain('{"key":"exec","value":"sequence"}');
    expect(await api.get(path)).toMatchObject({ json: { exec: { kind: 'sequence', components } } });
    // Code that takes its place does not inherit them; annotations stay.
    const changed = await api.update(path, { exec: add, annotations: [{ key: 'a', value: 1 }] });
    expect(changed.json).toMatchObject({ parameters: [], exec: { kind: 'wasm:0.1' } });
    // And back.
    const back = await api.update(path, { ...sequence('/_/a'), delAnnotations: ['a'] });
    expect(back.json).toMatchObject({ parameters: [{ key: '_actions' }] });
    expect(back.text).not.toContain('{"key":"a","value":1}');
  });

  it('need components that exist and may be read', async () => {
    const path = 'actions/s';
    const refused = async (status: number, code: string, ...components: string[]) => {
      expectRefusal(await api.put(path, sequence(...components)), status, `WW_ERR_API_${code}`);
    };
    await api.create('packages/p', {});
    await api.create('packages/private', {}, 'stranger');
    await api.create('triggers/t', {});
    await refused(400, 'SEQUENCE');
    await refused(400, 'SEQUENCE', '/_/missing');
    await refused(400, 'SEQUENCE', '/_/p/missing');
    await refused(400, 'SEQUENCE', '/_/t');
    await refused(404, 'NOT_FOUND', '/_/missing/x');
    await refused(403, 'FORBIDDEN', '/stranger/x');
    await refused(403, 'FORBIDDEN', '/stranger/private/x');
    await refused(403, 'FORBIDDEN', '/stranger/missing/x');
    await refused(400, 'NAME', 'a');
    await api.create('packages/public', { publish: true }, 'stranger');
    await api.create('actions/public/x', { exec: add }, 'stranger');
    await api.create(path, sequence('/stranger/public/x'));
  });

  it('do not lead back to themselves', async () => {
    await api.create('actions/a', { exec: add });
    const self = await api.put('actions/s', sequence('/_/s'));
    expectRefusal(self, 400, 'WW_ERR_API_SEQUENCE');
    await api.create('actions/one', sequence('/_/a'));
    await api.create('actions/two', sequence('/_/one'));
    expectRefusal(
      await api.update('actions/one', sequence('/_/a', '/_/two')),
      400,
      'WW_ERR_API_SEQUENCE',
    );
    // An action that others use cannot become one of them either.
    expectRefusal(await api.update('actions/a', sequence('/_/two')), 400, 'WW_ERR_API_SEQUENCE');
    expect((await api.get('actions/a')).json).toMatchObject({ exec: { kind: 'wasm:0.1' } });
  });

  it('have at most fifty actions, those of inner ones included', async () => {
    const name = '/_/a';
    await api.create('actions/a', { exec: add });
    const fifty = Array.from({ length: 50 }, () => name);
    await api.create('actions/s50', sequence(...fifty));
    expectRefusal(
      await api.put('actions/s51', sequence(...fifty, name)),
      400,
      'WW_ERR_API_SEQUENCE',
    );
    expectRefusal(
      await api.put('actions/more', sequence('/_/s50', name)),
      400,
      'WW_ERR_API_SEQUENCE',
    );
    await api.create('actions/same', sequence('/_/s50'));
  });
});
