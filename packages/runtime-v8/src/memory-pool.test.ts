import { describe, expect, it } from 'vitest';
import { MemoryPool } from './memory-pool.js';

const page = 64 * 1024;
const type = { initialPages: 2, maximumPages: 8 };
const pool = (idlePages = 8, memoryPages = 4, idleCountMax = 100): MemoryPool =>
  new MemoryPool({
    memoryBytesMax: memoryPages * page,
    idleBytesMax: idlePages * page,
    idleCountMax,
  });

const isZero = (memory: WebAssembly.Memory): boolean =>
  new Uint8Array(memory.buffer).every((byte) => byte === 0);

describe('MemoryPool', () => {
  it('makes memories of the type asked for', () => {
    const memory = pool().take(type);
    expect(memory.buffer.byteLength).toBe(2 * page);
    expect(memory.grow(6)).toBe(2);
    expect(() => memory.grow(1)).toThrow(RangeError);
  });

  it('gives a used memory again, with zeros from end to end', () => {
    const memories = pool();
    const memory = memories.take(type);
    const bytes = new Uint8Array(memory.buffer);
    bytes.fill(0xee);
    memories.give(type, memory);
    expect(memories.idleBytes).toBe(2 * page);
    const again = memories.take(type);
    expect(again).toBe(memory);
    expect(isZero(again)).toBe(true);
    expect(memories.idleBytes).toBe(0);
  });

  it('gives it to the same type only', () => {
    const memories = pool();
    const memory = memories.take(type);
    memories.give(type, memory);
    expect(memories.take({ initialPages: 2, maximumPages: 9 })).not.toBe(memory);
    expect(memories.take({ initialPages: 1, maximumPages: 8 })).not.toBe(memory);
    expect(memories.take({ ...type })).toBe(memory);
  });

  it('drops a memory that has grown', () => {
    const memories = pool();
    const memory = memories.take(type);
    memory.grow(1);
    memories.give(type, memory);
    expect(memories.idleBytes).toBe(0);
    expect(memories.take(type)).not.toBe(memory);
  });

  it('drops a memory that is costly to fill', () => {
    const memories = pool(100, 4);
    const large = { initialPages: 5, maximumPages: 5 };
    memories.give(large, memories.take(large));
    expect(memories.idleBytes).toBe(0);
  });

  it('holds no more than its bound, and drops what was used longest ago', () => {
    const memories = pool(5);
    const other = { initialPages: 2, maximumPages: 3 };
    const [first, second, third] = [memories.take(type), memories.take(type), memories.take(other)];
    memories.give(type, first);
    memories.give(type, second);
    memories.give(other, third);
    expect(memories.idleBytes).toBe(4 * page);
    expect(memories.take(other)).toBe(third);
    expect([first, second]).toContain(memories.take(type));
    expect([first, second]).not.toContain(memories.take(type));
  });

  it('holds no more memories than its bound', () => {
    const memories = pool(100, 4, 3);
    const taken = Array.from({ length: 10 }, () => memories.take(type));
    for (const memory of taken) memories.give(type, memory);
    expect(memories.idleBytes).toBe(3 * 2 * page);
  });

  it('does not fill memories that it has no room for', () => {
    const memories = pool(100, 4, 3);
    const taken = Array.from({ length: 4 }, () => memories.take(type));
    for (const memory of taken) {
      new Uint8Array(memory.buffer).fill(0xee);
      memories.give(type, memory);
    }
    expect(taken.map(isZero)).toEqual([true, true, true, false]);
    expect(taken.slice(0, 3)).toContain(memories.take(type));
  });

  it('holds nothing when cleared', () => {
    const memories = pool();
    memories.give(type, memories.take(type));
    memories.clear();
    expect(memories.idleBytes).toBe(0);
  });
});
