import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openApi, type Answer } from './api-fixture.js';

/** Values that bodies have in the wrong places. */
const anyValue = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom('/_/tick', '/_/add', '_', 'active', '0.0.1', '', true, null, {}, []),
  fc.array(fc.record({ key: fc.jsonValue(), value: fc.jsonValue() }, { requiredKeys: [] }), {
    maxLength: 3,
  }),
  fc.record({
    namespace: fc.constantFrom('_', 'guest', 'stranger', 7, null),
    name: fc.constantFrom('math', 'x', '', 7, null),
    path: fc.constantFrom('_', 'guest/math', '', 7, null),
  }),
);

const anyBody = fc.dictionary(
  fc.constantFrom(
    'annotations',
    'parameters',
    'publish',
    'version',
    'binding',
    'trigger',
    'action',
    'status',
    'exec',
    'limits',
    'delAnnotations',
    '__proto__',
    'constructor',
  ),
  anyValue,
  { maxKeys: 6 },
);

/** Whatever was sent, it is not our fault, and the answer can be read. */
function expectNoFault({ status, headers, text, json }: Answer): void {
  expect(status, text).toBeLessThan(500);
  expect(['application/json', undefined]).toContain(headers['content-type']);
  if (status >= 400)
    expect(json).toEqual({ error: expect.any(String) as string, code: headers['x-request-id'] });
}

describe('whatever is sent', () => {
  it('as body is stored or refused, and what is stored can be read', async () => {
    const { call, deploy } = openApi();
    await call('PUT', '/triggers/tick', { body: {} });
    await call('PUT', '/packages/math', { body: {} });
    await deploy('add');
    const collections = fc.constantFrom('actions', 'packages', 'triggers', 'rules');
    await fc.assert(
      fc.asyncProperty(collections, anyBody, async (collection, body) => {
        const url = `/${collection}/x`;
        const written = await call('PUT', `${url}?overwrite=true`, { body });
        expectNoFault(written);
        if (written.status !== 200) return;
        const read = await call('GET', url);
        expect(read.status, read.text).toBe(200);
        expect((await call('GET', `/${collection}?limit=0`)).status).toBe(200);
        expect((await call('DELETE', url)).status).toBe(200);
      }),
      { numRuns: 400 },
    );
  });

  it('as status of a rule is taken or refused', async () => {
    const { call, deploy } = openApi();
    await call('PUT', '/triggers/tick', { body: {} });
    await deploy('add');
    await call('PUT', '/rules/x', { body: { trigger: '/_/tick', action: '/_/add' } });
    await fc.assert(
      fc.asyncProperty(fc.oneof(anyBody, fc.jsonValue()), async (body) => {
        expectNoFault(await call('POST', '/rules/x', { body: JSON.stringify(body) }));
      }),
      { numRuns: 200 },
    );
  });

  it('as name comes back as it was, or is refused', async () => {
    const { call } = openApi();
    const names = fc.oneof(
      fc.string({ minLength: 1, maxLength: 12, unit: 'binary-ascii' }),
      fc.string({ minLength: 1, maxLength: 12 }),
      fc.stringMatching(/^\w[\w@ .&-]{0,8}[\w@.&-]$/),
      fc.constantFrom('..', '.', '%2F', 'a/b', '_', 'constructor', '__proto__', 'x'.repeat(257)),
    );
    await fc.assert(
      fc.asyncProperty(names, async (name) => {
        const url = `/triggers/${encodeURIComponent(name)}`;
        const written = await call('PUT', `${url}?overwrite=true`, { body: {} });
        expectNoFault(written);
        if (written.status !== 200) return;
        expect(written.json).toHaveProperty('name', name);
        expect((await call('GET', url)).json).toHaveProperty('name', name);
      }),
      { numRuns: 300 },
    );
  });

  it('as path or query is understood or refused', async () => {
    const { call } = openApi();
    const piece = fc.constantFrom(
      ...['', '_', 'guest', 'actions', 'packages', 'activations', 'default', '%', '%00', '%2e%2e'],
      ...[
        '%F0%9F',
        '..',
        ';',
        ':',
        '*',
        '?',
        '#',
        '?limit=',
        '&skip=',
        '=',
        '&',
        'true',
        '-1',
        '%25',
      ],
    );
    const paths = fc.tuple(
      fc.constantFrom('/api/v1/namespaces/_/', '/api/v1/namespaces/', '/api/v1/', '/api'),
      fc.array(piece, { maxLength: 6 }),
      fc.constantFrom('/', ''),
    );
    await fc.assert(
      fc.asyncProperty(paths, async ([prefix, pieces, separator]) => {
        const answer = await call('GET', prefix + pieces.join(separator));
        expectNoFault(answer);
      }),
      { numRuns: 400 },
    );
  });
});
