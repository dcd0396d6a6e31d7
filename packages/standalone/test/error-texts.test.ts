import { expect, it } from 'vitest';
import { emptyModule, openApi } from './api-fixture.js';

/* Scripts match OpenWhisk's sentences: ours begin with them, letter for letter, and go on with help. */

const exec = { kind: 'wasm:0.1', code: emptyModule };
const malformed = 'The request content was malformed:\nrequirement failed: ';
const limited = (limits: object): object => ({ body: { exec, limits } });
const sequence = (...components: string[]): object => ({
  body: { exec: { kind: 'sequence', components } },
});

it.each<[string, 'GET' | 'PUT' | 'POST' | 'DELETE', string, object]>([
  ['resource already exists', 'PUT', '/actions/add', { body: { exec } }],
  ['resource already exists', 'PUT', '/packages/p1', { body: {} }],
  ['resource already exists', 'PUT', '/triggers/t1', { body: {} }],
  ['resource already exists', 'PUT', '/rules/r1', { body: { trigger: '/_/t1', action: '/_/add' } }],
  [
    `${malformed}duration 99 milliseconds below allowed threshold of 100 milliseconds`,
    'PUT',
    '/actions/x',
    limited({ timeout: 99 }),
  ],
  [
    `${malformed}duration 300001 milliseconds exceeds allowed threshold of 300000 milliseconds`,
    'PUT',
    '/actions/x',
    limited({ timeout: 300_001 }),
  ],
  [
    `${malformed}memory 127 MB below allowed threshold of 134217728 B`,
    'PUT',
    '/actions/x',
    limited({ memory: 127 }),
  ],
  [
    `${malformed}memory 513 MB exceeds allowed threshold of 536870912 B`,
    'PUT',
    '/actions/x',
    limited({ memory: 513 }),
  ],
  [
    `${malformed}log size 11 MB exceeds allowed threshold of 10485760 B`,
    'PUT',
    '/actions/x',
    limited({ logs: 11 }),
  ],
  [
    `${malformed}a negative size of an object is not allowed.`,
    'PUT',
    '/actions/x',
    limited({ logs: -1 }),
  ],
  [
    `${malformed}concurrency 0 below allowed threshold of 1`,
    'PUT',
    '/actions/x',
    limited({ concurrency: 0 }),
  ],
  [
    `${malformed}concurrency 501 exceeds allowed threshold of 200`,
    'PUT',
    '/actions/x',
    limited({ concurrency: 501 }),
  ],
  ['Sequence component does not exist.', 'PUT', '/actions/x', sequence('/_/add', '/_/nosuch')],
  [
    'Sequence may not refer to itself.',
    'PUT',
    '/actions/seq?overwrite=true',
    sequence('/_/add', '/_/seq'),
  ],
  ['No component specified for the sequence.', 'PUT', '/actions/x', sequence()],
  [
    'Too many actions in the sequence.',
    'PUT',
    '/actions/x',
    sequence(...Array<string>(60).fill('/_/add')),
  ],
  [
    'The name of the entity contains illegal characters.',
    'PUT',
    '/actions/bad%20name!',
    { body: { exec } },
  ],
  [
    "The supplied authentication is not authorized to access 'other/add'.",
    'PUT',
    '/api/v1/namespaces/other/actions/add',
    { body: { exec } },
  ],
  ['exec undefined', 'PUT', '/actions/nosuch?overwrite=true', { body: {} }],
  ...(['actions', 'packages', 'triggers', 'rules', 'activations'] as const).map(
    (collection): [string, 'GET', string, object] => [
      `The query parameter 'limit' was malformed:\nThe value '201' is not in the range of 0 to 200 for ${collection}.`,
      'GET',
      `/${collection}?limit=201`,
      {},
    ],
  ),
  [
    "The query parameter 'skip' was malformed:\nThe value '-1' is not greater than or equal to 0 for actions.",
    'GET',
    '/actions?skip=-1',
    {},
  ],
  [
    "The query parameter 'limit' was malformed:\nThe value 'x' is not an integer for actions.",
    'GET',
    '/actions?limit=x',
    {},
  ],
  [
    'Request larger than allowed: 1100006 > 1048576 bytes.',
    'POST',
    '/actions/add',
    { body: JSON.stringify({ a: 'x'.repeat(1_099_998) }) },
  ],
  ["The requested resource 'guest/nosuch' does not exist.", 'GET', '/packages/nosuch', {}],
  [
    'Binding references a package that does not exist.',
    'PUT',
    '/packages/b3',
    { body: { binding: { namespace: '_', name: 'nosuch' } } },
  ],
  [
    'Cannot bind to another package binding.',
    'PUT',
    '/packages/b4',
    { body: { binding: { namespace: '_', name: 'b1' } } },
  ],
  ['Operation not permitted on package binding.', 'PUT', '/actions/b1/x', { body: { exec } }],
  [
    'Package not empty (contains 2 entities). Set force param or delete package contents.',
    'DELETE',
    '/packages/p1',
    {},
  ],
  ["Package name 'default' is reserved.", 'PUT', '/packages/default', { body: {} }],
  [
    'trigger /guest/nosuch does not exist',
    'PUT',
    '/rules/rb',
    { body: { trigger: '/_/nosuch', action: '/_/add' } },
  ],
  [
    'action /guest/nosuch does not exist',
    'PUT',
    '/rules/rb',
    { body: { trigger: '/_/t1', action: '/_/nosuch' } },
  ],
  ['The requested resource does not exist.', 'GET', `/activations/${'0'.repeat(32)}`, {}],
  ['Activation id length is 3 but must be 32.', 'GET', '/activations/xyz', {}],
  ['The activation id is not valid.', 'GET', `/activations/${'x'.repeat(32)}`, {}],
  ['Resource by this name exists but is not in this collection.', 'GET', '/packages/add', {}],
  [
    "The parameter 'docs' is not permitted with 'count'.",
    'GET',
    '/activations?docs=true&count=true',
    {},
  ],
])('%s', async (text, method, path, options) => {
  const { call } = openApi({ 'actions.concurrencyMax': '200' });
  const setUp = async (url: string, body: object): Promise<void> => {
    expect((await call('PUT', url, { body })).status).toBe(200);
  };
  await setUp('/actions/add', { exec });
  await setUp('/actions/seq', { exec: { kind: 'sequence', components: ['/_/add'] } });
  await setUp('/packages/p1', {});
  await setUp('/actions/p1/one', { exec });
  await setUp('/actions/p1/two', { exec });
  await setUp('/packages/b1', { binding: { namespace: '_', name: 'p1' } });
  await setUp('/triggers/t1', {});
  await setUp('/rules/r1', { trigger: '/_/t1', action: '/_/add' });
  const { json } = await call(method, path, options);
  const { error } = json as { readonly error: string };
  expect(error.slice(0, text.length)).toBe(text);
});
