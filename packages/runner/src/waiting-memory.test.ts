import { describe, expect, it } from 'vitest';
import { WaitingMemory } from './waiting-memory.js';

describe('WaitingMemory', () => {
  it('names the largest run of the unit that holds most, not the largest of all', () => {
    const memory = new WaitingMemory();
    memory.add(1, { unit: 'small', bytes: 50 });
    memory.add(2, { unit: 'hoard', bytes: 30 });
    memory.add(3, { unit: 'hoard', bytes: 40 });
    memory.add(4, { unit: 'hoard', bytes: 40 });
    memory.add(5, { unit: 'hoard', bytes: 0 });
    expect(memory.bytes).toBe(160);
    expect(memory.largest()).toBe(4);
    memory.delete(4);
    memory.delete(3);
    expect(memory.largest()).toBe(1);
  });

  it('counts nothing that is gone, and nothing twice', () => {
    const memory = new WaitingMemory();
    memory.add(1, { unit: 'a', bytes: 10 });
    memory.add(1, { unit: 'a', bytes: 20 });
    expect(memory.bytes).toBe(20);
    memory.delete(1);
    memory.delete(1);
    expect(memory.bytes).toBe(0);
    expect(memory.largest()).toBeUndefined();
  });
});
