import { describe, expect, it } from 'vitest';
import { callWithShortVector, pipeBytesMax } from './short-vector.js';

const vectorAt = 64;

function memoryWith(entries: readonly (readonly [pointer: number, length: number])[]) {
  const memory = new WebAssembly.Memory({ initial: 4 });
  const view = new DataView(memory.buffer);
  for (const [index, [pointer, length]] of entries.entries()) {
    view.setUint32(vectorAt + index * 8, pointer, true);
    view.setUint32(vectorAt + index * 8 + 4, length, true);
  }
  return memory;
}

/** What the callee sees of a vector, and its answer. */
function callWith(entries: readonly (readonly [pointer: number, length: number])[]) {
  const memory = memoryWith(entries);
  const seen: number[][] = [];
  const result = callWithShortVector(
    (_fd, vector, count) => {
      const view = new DataView(memory.buffer);
      for (let index = 0; index < Number(count); index += 1)
        seen.push([
          view.getUint32(Number(vector) + index * 8, true),
          view.getUint32(Number(vector) + index * 8 + 4, true),
        ]);
      return 7;
    },
    [1, vectorAt, entries.length, 8],
    memory,
  );
  const after = entries.map((_, index) =>
    new DataView(memory.buffer).getUint32(vectorAt + index * 8 + 4, true),
  );
  return { seen, result, after };
}

describe('callWithShortVector', () => {
  it('leaves a short vector alone', () => {
    const { seen, result } = callWith([
      [1024, 10],
      [2048, 0],
      [4096, pipeBytesMax - 10],
    ]);
    expect(seen).toEqual([
      [1024, 10],
      [2048, 0],
      [4096, pipeBytesMax - 10],
    ]);
    expect(result).toBe(7);
  });

  it('shows the first filled entry of a longer one, cut, and puts the length back', () => {
    const { seen, after } = callWith([
      [1024, 0],
      [2048, 200_000],
      [2048, 200_000],
    ]);
    expect(seen).toEqual([[2048, pipeBytesMax]]);
    expect(after).toEqual([0, 200_000, 200_000]);
  });

  it('shows a short first entry whole', () => {
    const { seen } = callWith([
      [1024, 100],
      [2048, pipeBytesMax],
    ]);
    expect(seen).toEqual([[1024, 100]]);
  });

  it('passes a vector outside of memory on, for the callee to refuse', () => {
    const args = [1, 0x7fffff00, 0x0fffffff, 8];
    const seen: unknown[] = [];
    callWithShortVector(
      (...passed) => {
        seen.push(passed);
        return 21;
      },
      args,
      memoryWith([]),
    );
    expect(seen).toEqual([args]);
  });
});
