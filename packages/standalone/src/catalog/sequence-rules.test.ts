import { describe, expect, it } from 'vitest';
import type { Entity, Exec, Package } from '../entities/entity.js';
import { toPathText, type EntityPath } from '../entities/entity-path.js';
import { parsePathText } from '../entities/names.js';
import { isRejection } from '../rejections.js';
import { assertSequence, sequenceDepthMax } from './sequence-rules.js';

const path = (text: string): EntityPath => parsePathText(`/_/${text}`, 'guest');
const paths = (texts: readonly string[]): readonly EntityPath[] => texts.map(path);
const base = {
  version: '0.0.1',
  publish: false,
  annotations: [],
  parameters: [],
  updatedEpochMs: 0,
};
const limits = { timeoutMs: 1, memoryMiB: 1, logsMiB: 1, concurrency: 1, instances: undefined };
const code: Exec = {
  type: 'code',
  kind: 'wasm:0.1',
  codeDigest: '',
  codeBytes: 0,
  binary: true,
  main: undefined,
};

/** Entities by name, and how often they were looked up. */
class Entities {
  readonly #entities = new Map<string, Entity>();
  lookUps = 0;

  action(name: string, components?: readonly string[]): this {
    const exec: Exec =
      components === undefined ? code : { type: 'sequence', components: paths(components) };
    return this.#add({ ...base, type: 'action', path: path(name), exec, limits });
  }

  package(name: string, binding?: Package['binding']): this {
    return this.#add({ ...base, type: 'package', path: path(name), binding });
  }

  trigger(name: string): this {
    return this.#add({ ...base, type: 'trigger', path: path(name) });
  }

  find(at: EntityPath): Entity | undefined {
    this.lookUps += 1;
    return this.#entities.get(toPathText(at));
  }

  #add(entity: Entity): this {
    this.#entities.set(toPathText(entity.path), entity);
    return this;
  }
}

function refusal(
  entities: Entities,
  name: string,
  components: readonly string[],
  lengthMax = 50,
): string | undefined {
  try {
    assertSequence(entities, { path: path(name), components: paths(components), lengthMax });
  } catch (error) {
    return isRejection(error) && error.code === 'WW_ERR_API_SEQUENCE'
      ? error.message
      : String(error);
  }
  return undefined;
}

const many = (count: number, name: string): string[] => Array.from({ length: count }, () => name);

describe('assertSequence', () => {
  it('takes actions in any order, also several times', () => {
    const entities = new Entities().action('a').action('b').package('p').action('p/c');
    expect(refusal(entities, 's', ['a', 'b', 'a', 'p/c'])).toBeUndefined();
  });

  it('refuses a component that is missing, or no action', () => {
    const entities = new Entities().action('a').trigger('t').package('p');
    expect(refusal(entities, 's', ['a', 'x'])).toMatch(/"guest\/x" does not exist/);
    expect(refusal(entities, 's', ['t'])).toMatch(/"guest\/t" does not exist/);
    expect(refusal(entities, 's', ['p/x'])).toMatch(/"guest\/p\/x" does not exist/);
  });

  it('refuses an inner sequence whose component went', () => {
    const entities = new Entities().action('inner', ['gone']);
    expect(refusal(entities, 's', ['inner'])).toMatch(/"guest\/gone" does not exist/);
  });

  it('counts the actions of inner sequences', () => {
    const entities = new Entities().action('a').action('ten', many(10, 'a'));
    expect(refusal(entities, 's', many(5, 'ten'))).toBeUndefined();
    expect(refusal(entities, 's', [...many(5, 'ten'), 'a'])).toMatch(/more than 50 actions/);
    expect(refusal(entities, 's', many(50, 'a'))).toBeUndefined();
    expect(refusal(entities, 's', many(51, 'a'))).toMatch(/more than 50 actions/);
    expect(refusal(entities, 's', ['a', 'a'], 1)).toMatch(/more than 1 actions/);
  });

  it('refuses what leads back to itself, whether it exists already or not', () => {
    const entities = new Entities()
      .action('a')
      .action('s', ['a'])
      .action('one', ['two'])
      .action('two', ['a', 's']);
    expect(refusal(entities, 's', ['s'])).toMatch(/leads back/);
    expect(refusal(entities, 'new', ['new'])).toMatch(/leads back/);
    // The inner one is changed: a cycle of three.
    expect(refusal(entities, 's', ['a', 'one'])).toMatch(/leads back/);
    expect(refusal(entities, 'a', ['one'])).toMatch(/leads back/);
    expect(refusal(entities, 'three', ['one'])).toBeUndefined();
  });

  it('finds itself behind a binding', () => {
    const entities = new Entities()
      .action('a')
      .package('p')
      .package('b', { namespace: 'guest', name: 'p' })
      .action('p/s', ['a']);
    expect(refusal(entities, 'p/s', ['b/s'])).toMatch(/leads back/);
    expect(refusal(entities, 'other', ['b/s'])).toBeUndefined();
  });

  it('ends at a circle that a binding made between others', () => {
    const entities = new Entities()
      .package('p')
      .package('b', { namespace: 'guest', name: 'p' })
      .action('p/x', ['y'])
      .action('y', ['b/x']);
    expect(refusal(entities, 's', ['y'])).toMatch(/leads back/);
  });

  it('takes fifty actions, each a level deeper', () => {
    const entities = new Entities().action('a').action('s1', ['a']);
    for (let level = 2; level < 50; level += 1)
      entities.action(`s${String(level)}`, ['a', `s${String(level - 1)}`]);
    expect(refusal(entities, 's50', ['a', 's49'])).toBeUndefined();
    expect(refusal(entities, 's50', ['a', 'a', 's49'])).toMatch(/more than 50 actions/);
  });

  it('refuses sequences in sequences without end', () => {
    const entities = new Entities().action('a').action('s1', ['a']);
    for (let level = 2; level <= 20_000; level += 1)
      entities.action(`s${String(level)}`, [`s${String(level - 1)}`]);
    expect(refusal(entities, 'ok', [`s${String(sequenceDepthMax)}`])).toBeUndefined();
    expect(refusal(entities, 'deep', [`s${String(sequenceDepthMax + 1)}`])).toMatch(
      /nested deeper/,
    );
    expect(refusal(entities, 'deeper', ['s20000'])).toMatch(/nested deeper/);
    // Half of it was walked before.
    entities.action('half', ['s60']).action('more', ['half']);
    for (let level = 1; level <= 40; level += 1)
      entities.action(`m${String(level)}`, [level === 1 ? 'more' : `m${String(level - 1)}`]);
    expect(refusal(entities, 'joined', ['s60', 'm38'])).toBeUndefined();
    expect(refusal(entities, 'joined', ['s60', 'm39'])).toMatch(/nested deeper/);
  });

  it('looks at each sequence once, however often it is used', () => {
    const entities = new Entities().action('a').action('s0', ['a']);
    for (let level = 1; level <= 40; level += 1)
      entities.action(`s${String(level)}`, many(2, `s${String(level - 1)}`));
    expect(refusal(entities, 's', ['s40'], 1000)).toMatch(/more than 1000 actions/);
    expect(entities.lookUps).toBeLessThan(200);
  });
});
