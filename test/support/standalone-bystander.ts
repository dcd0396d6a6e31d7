import { expect } from 'vitest';
import { guest } from './guests.js';
import type { TestStandalone } from './standalone.js';

/** Does something bad while somebody else keeps invoking an action: all of that must succeed. */
export async function withBystander<Result>(
  { guest: client }: TestStandalone,
  work: () => Promise<Result>,
): Promise<Result> {
  expect((await client.putAction('bystander', guest('echo'))).status).toBe(200);
  const state = { isOver: false };
  const invoking = (async () => {
    let count = 0;
    for (; !state.isOver || count === 0; count += 1) {
      const { status, text } = await client.invoke('bystander', { count });
      expect({ status, text }).toEqual({ status: 200, text: JSON.stringify({ count }) });
    }
    return count;
  })();
  try {
    return await work();
  } finally {
    state.isOver = true;
    expect(await invoking).toBeGreaterThan(0);
  }
}
