import { describe, expect, it, vi } from 'vitest';
import type { ApiRoute } from '../storage/stores.js';
import type { ApiTarget } from './api-definition.js';
import { RouteTable } from './route-table.js';
import { toRouteDocument } from './stored-route.js';

function route(basePath: string, relativePath: string, method: string, name: string): ApiRoute {
  const target: ApiTarget = {
    namespace: 'guest',
    package: undefined,
    name,
    extension: 'json',
    secureKey: undefined,
  };
  const document = toRouteDocument({ relativePath, method, target, json: '{}' });
  return { namespace: 'guest', basePath, relativePath, method, document };
}

function tableOf(...routes: readonly ApiRoute[]): {
  readonly table: RouteTable;
  readonly list: ReturnType<typeof vi.fn>;
  readonly found: (path: string, method: string) => unknown;
} {
  const list = vi.fn((namespace: string) => (namespace === 'guest' ? routes : []));
  const table = new RouteTable({ list });
  const found = (path: string, method: string): unknown => {
    const match = table.match('guest', path.split('/').slice(1), method);
    if (match.type === 'route') return match.target.name;
    return match.type === 'method' ? match.allowed : undefined;
  };
  return { table, list, found };
}

describe('RouteTable', () => {
  it('finds the path that says most, then the longer base path', () => {
    const { found } = tableOf(
      route('/', '/a/{x}', 'get', 'parameter'),
      route('/', '/a/b', 'get', 'text'),
      route('/a', '/{x}', 'get', 'longer base'),
      route('/', '/{x}/b', 'put', 'first parameter'),
    );
    expect(found('/a/b', 'get')).toBe('text');
    expect(found('/a/c', 'get')).toBe('longer base');
    expect(found('/a/b', 'put')).toBe('first parameter');
    expect(found('/a/b', 'post')).toEqual(['get', 'put']);
    expect(found('/b/b', 'head')).toEqual(['put']);
    expect(found('/a/b', 'head')).toBe('text');
    expect(found('/a', 'get')).toBeUndefined();
  });

  it('passes over what is said of paths and APIs', () => {
    const { found } = tableOf(
      { ...route('/a', '', '', 'x'), document: '{"info":{}}' },
      { ...route('/a', '/b', '', 'x'), document: '{"parameters":[]}' },
    );
    expect([found('/a', ''), found('/a/b', '')]).toEqual([undefined, undefined]);
  });

  it('reads routes once, and again after a change', () => {
    const { table, list, found } = tableOf(route('/a', '/b', 'get', 'x'));
    expect([found('/a/b', 'get'), found('/a/b', 'get')]).toEqual(['x', 'x']);
    expect(list).toHaveBeenCalledTimes(1);
    table.forget('other');
    found('/a/b', 'get');
    expect(list).toHaveBeenCalledTimes(1);
    table.forget('guest');
    found('/a/b', 'get');
    expect(list).toHaveBeenCalledTimes(2);
  });

  it('keeps nothing of namespaces without APIs', () => {
    const { table, list } = tableOf();
    table.match('nobody', [], 'get');
    table.match('nobody', [], 'get');
    expect(list).toHaveBeenCalledTimes(2);
  });
});
