import { expect, it } from 'vitest';
import { createActivationId } from './activation-ids.js';

it('createActivationId gives 32 hex digits, never twice', () => {
  const ids = Array.from({ length: 2000 }, createActivationId);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
  expect(new Set(ids).size).toBe(ids.length);
});

it('createActivationId begins with the time, so that later ids sort after earlier ones', () => {
  const before = Date.now();
  const time = Number.parseInt(createActivationId().slice(0, 12), 16);
  expect(time).toBeGreaterThanOrEqual(before);
  expect(time).toBeLessThanOrEqual(Date.now());
});
