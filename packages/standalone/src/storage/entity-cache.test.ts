import { expect, test } from 'vitest';
import { action } from '../../test/storage-samples.js';
import { EntityCache } from './entity-cache.js';

const entity = action();

test('what is used stays when much else passes through', () => {
  const cache = new EntityCache({ entitiesMax: 10, charactersMax: 1000 });
  cache.set('used', entity, 1);
  for (let index = 0; index < 100; index += 1) {
    cache.set(`passing-${String(index)}`, entity, 1);
    expect(cache.get('used')).toBe(entity);
    expect(cache.size).toBeLessThanOrEqual(10);
  }
  expect(cache.get('passing-0')).toBeUndefined();
});

test('long documents push out others, and too long ones are not kept', () => {
  const cache = new EntityCache({ entitiesMax: 1000, charactersMax: 100 });
  cache.set('short', entity, 1);
  for (const path of ['long-1', 'long-2', 'long-3']) cache.set(path, entity, 50);
  expect(cache.get('short')).toBeUndefined();
  expect(cache.get('long-3')).toBe(entity);
  cache.set('too-long', entity, 51);
  expect(cache.get('too-long')).toBeUndefined();
});

test('what is deleted is gone from both generations', () => {
  const cache = new EntityCache({ entitiesMax: 2, charactersMax: 1000 });
  cache.set('old', entity, 1);
  cache.set('young', entity, 1);
  cache.delete('old');
  cache.delete('young');
  expect(cache.get('old')).toBeUndefined();
  expect(cache.get('young')).toBeUndefined();
  expect(cache.size).toBe(0);
});
