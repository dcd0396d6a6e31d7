import { describe, expect, it } from 'vitest';
import type { Action, Entity, Package, Trigger } from '../entities/entity.js';
import { toPathText, type EntityPath } from '../entities/entity-path.js';
import type { KeyValue } from '../entities/key-value.js';
import { isRejection } from '../rejections.js';
import type { EntityStore } from '../storage/stores.js';
import type { Identity } from '../users/identity.js';
import { Catalog } from './catalog.js';

const identityOf = (namespace: string): Identity => ({
  subject: namespace,
  namespace,
  uuid: namespace,
  authKey: `${namespace}:key`,
});
const [guest, stranger] = [identityOf('guest'), identityOf('stranger')];

const pathOf = (text: string): EntityPath => {
  const [namespace = '', second = '', third] = text.split('/');
  return third === undefined
    ? { namespace, package: undefined, name: second }
    : { namespace, package: second, name: third };
};

const base = { version: '0.0.1', publish: false, annotations: [], updatedEpochMs: 0 } as const;
const values = (entries: Readonly<Record<string, number>>): KeyValue[] =>
  Object.entries(entries).map(([key, value]) => ({ key, json: String(value) }));

const actionAt = (path: string, parameters: readonly KeyValue[] = []): Action => ({
  ...base,
  type: 'action',
  path: pathOf(path),
  parameters,
  exec: { type: 'sequence', components: [] },
  limits: { timeoutMs: 1, memoryMiB: 1, logsMiB: 1, concurrency: 1, instances: undefined },
});
const packageAt = (path: string, more: Partial<Package> = {}): Package => ({
  ...base,
  type: 'package',
  path: pathOf(path),
  parameters: [],
  binding: undefined,
  ...more,
});
const trigger: Trigger = { ...base, type: 'trigger', path: pathOf('guest/tick'), parameters: [] };

function catalogOf(...entities: readonly Entity[]): Catalog {
  const byPath = new Map(entities.map((entity) => [toPathText(entity.path), entity]));
  const find = (path: EntityPath): Entity | undefined => byPath.get(toPathText(path));
  return new Catalog({ find } as Pick<EntityStore, 'find'> as EntityStore);
}

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (isRejection(error)) return error.code;
    throw error;
  }
  return 'nothing was refused';
};

describe('an action', () => {
  it('has the parameters of package, binding and action, the last one being the strongest', () => {
    const catalog = catalogOf(
      packageAt('stranger/math', { publish: true, parameters: values({ a: 1, b: 1, c: 1, d: 1 }) }),
      packageAt('guest/mine', {
        binding: { namespace: 'stranger', name: 'math' },
        parameters: values({ b: 2, c: 2 }),
      }),
      actionAt('stranger/math/add', values({ c: 3, e: 3 })),
    );
    const found = catalog.resolveAction(guest, pathOf('guest/mine/add'));
    expect(toPathText(found.action.path)).toBe('stranger/math/add');
    expect(found.binding).toEqual(pathOf('guest/mine'));
    const pairs = found.parameters.map(({ key, json }) => [key, Number(json)] as const);
    expect(Object.fromEntries(pairs)).toEqual({ a: 1, b: 2, c: 3, d: 1, e: 3 });
    expect(pairs).toHaveLength(5);
  });

  it('in a package that was not reached through a binding names none', () => {
    const catalog = catalogOf(packageAt('guest/math'), actionAt('guest/math/add'));
    expect(catalog.resolveAction(guest, pathOf('guest/math/add')).binding).toBeUndefined();
  });

  it('has each of its parameters once', () => {
    const doubled = [...values({ a: 1 }), ...values({ a: 2 })];
    const { parameters } = catalogOf(actionAt('guest/add', doubled)).resolveAction(
      guest,
      pathOf('guest/add'),
    );
    expect(parameters).toEqual(values({ a: 2 }));
  });

  it.each([
    ['in no package, of somebody else', 'guest/add', 'WW_ERR_API_FORBIDDEN'],
    ['in a package that is not published', 'guest/private/add', 'WW_ERR_API_FORBIDDEN'],
    ['in a package that is missing', 'guest/missing/add', 'WW_ERR_API_FORBIDDEN'],
    ['in a published package, but missing', 'guest/public/missing', 'WW_ERR_API_NOT_FOUND'],
    ['in what is no package', 'guest/tick/add', 'WW_ERR_API_FORBIDDEN'],
    ['of nobody', 'nobody/add', 'WW_ERR_API_FORBIDDEN'],
    ['behind a binding that is published', 'guest/bound/add', 'WW_ERR_API_FORBIDDEN'],
  ])('%s is refused to a stranger', (_what, path, code) => {
    const catalog = catalogOf(
      trigger,
      actionAt('guest/add'),
      packageAt('guest/private'),
      actionAt('guest/private/add'),
      packageAt('guest/public', { publish: true }),
      packageAt('guest/bound', {
        publish: true,
        binding: { namespace: 'guest', name: 'private' },
      }),
    );
    expect(codeOf(() => catalog.resolveAction(stranger, pathOf(path)))).toBe(code);
  });

  it.each([
    ['that is missing', 'guest/missing', 'WW_ERR_API_NOT_FOUND'],
    ['in a package that is missing', 'guest/missing/add', 'WW_ERR_API_NOT_FOUND'],
    ['behind a binding whose package is gone', 'guest/dangling/add', 'WW_ERR_API_NOT_FOUND'],
    ['whose name a trigger has', 'guest/tick', 'WW_ERR_API_COLLECTION'],
    ['in what is no package', 'guest/tick/add', 'WW_ERR_API_COLLECTION'],
  ])('%s is refused to its owner', (_what, path, code) => {
    const binding = { namespace: 'guest', name: 'gone' };
    const catalog = catalogOf(trigger, packageAt('guest/dangling', { binding }));
    expect(codeOf(() => catalog.resolveAction(guest, pathOf(path)))).toBe(code);
  });
});

describe('an entity', () => {
  it('of the own namespace is found by its type', () => {
    const catalog = catalogOf(trigger);
    expect(catalog.findOwn(guest, 'trigger', trigger.path)).toBe(trigger);
    expect(codeOf(() => catalog.findOwn(guest, 'rule', trigger.path))).toBe(
      'WW_ERR_API_COLLECTION',
    );
    expect(codeOf(() => catalog.findOwn(guest, 'trigger', pathOf('guest/tock')))).toBe(
      'WW_ERR_API_NOT_FOUND',
    );
  });

  it('of another namespace is refused whether it exists or not', () => {
    const catalog = catalogOf(trigger);
    for (const path of [trigger.path, pathOf('guest/tock')])
      expect(codeOf(() => catalog.findOwn(stranger, 'trigger', path))).toBe('WW_ERR_API_FORBIDDEN');
  });
});
