import { expect, onTestFinished, test } from 'vitest';
import { openMemory } from './open-data.js';
import { SqliteApiStore } from './sqlite-api-store.js';
import type { ApiRoute } from './stores.js';

function openWithRoutes(): SqliteApiStore {
  const { transactions, close } = openMemory();
  onTestFinished(close);
  const store = new SqliteApiStore(transactions);
  for (const basePath of ['/b', '/a'])
    for (const relativePath of ['/y', '/x'])
      for (const method of ['post', 'get'])
        for (const namespace of ['other', 'guest'])
          store.put({ namespace, basePath, relativePath, method, document: '{}' });
  return store;
}

const texts = (routes: readonly ApiRoute[]): readonly string[] =>
  routes.map(
    ({ namespace, basePath, relativePath, method }) =>
      `${namespace} ${method} ${basePath}${relativePath}`,
  );

test('routes are listed by namespace and base path, in order', () => {
  const store = openWithRoutes();
  expect(texts(store.list('guest', '/a'))).toEqual([
    'guest get /a/x',
    'guest post /a/x',
    'guest get /a/y',
    'guest post /a/y',
  ]);
  expect(store.list('guest')).toHaveLength(8);
  expect(store.list('guest', '/c')).toEqual([]);
  expect(store.list('nobody')).toEqual([]);
});

test('a route that is put again is replaced', () => {
  const store = openWithRoutes();
  const [first] = store.list('guest');
  if (first === undefined) throw new Error('There are routes.');
  store.put({ ...first, document: '{"new":true}' });
  expect(store.list('guest')).toHaveLength(8);
  expect(store.list('guest')[0]?.document).toBe('{"new":true}');
});

test.each([
  [['guest', '/a', '/x', 'get'], 1],
  [['guest', '/a', '/x'], 2],
  [['guest', '/a'], 4],
  [['guest', '/c'], 0],
  [['guest', '/a', '/x', 'put'], 0],
] as const)('removing %o removes %i routes', (what, removed) => {
  const store = openWithRoutes();
  const [namespace, basePath, relativePath, method] = what;
  expect(store.remove(namespace, basePath, relativePath, method)).toBe(removed);
  expect(store.list('guest')).toHaveLength(8 - removed);
  expect(store.list('other')).toHaveLength(8);
});
