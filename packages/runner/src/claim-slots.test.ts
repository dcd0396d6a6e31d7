import { describe, expect, it } from 'vitest';
import { claim, ClaimSlots, claimSlotCount, createClaimWords } from './claim-slots.js';

function create(): { slots: ClaimSlots; words: Int32Array } {
  const buffer = createClaimWords();
  return { slots: new ClaimSlots(buffer), words: new Int32Array(buffer) };
}

describe('ClaimSlots', () => {
  it('gives a run to whoever is first', () => {
    const { slots, words } = create();
    const first = slots.take() ?? -1;
    expect(claim(words, first)).toBe(true);
    expect(slots.revoke(first)).toBe(false);
    const second = slots.take() ?? -1;
    expect(slots.revoke(second)).toBe(true);
    expect(claim(words, second)).toBe(false);
  });

  it('hands out each slot once, and fresh again after it was given back', () => {
    const { slots, words } = create();
    const taken = Array.from({ length: claimSlotCount }, () => slots.take());
    expect(new Set(taken).size).toBe(claimSlotCount);
    expect(slots.take()).toBeUndefined();
    const [slot = -1] = taken;
    slots.revoke(slot);
    slots.give(slot);
    expect(slots.take()).toBe(slot);
    expect(claim(words, slot)).toBe(true);
  });
});
