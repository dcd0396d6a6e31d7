import { describe, expect, it } from 'vitest';
import { assertArraysAllowed } from './arrays.js';

const limits = { memoryBytes: 65_536, tableElements: 10 };

describe('assertArraysAllowed', () => {
  it('refuses arrays unless they are allowed, and nothing else', () => {
    expect(() => {
      assertArraysAllowed({ definesArrays: true }, limits);
    }).toThrow(expect.objectContaining({ code: 'WW_ERR_CAPABILITY_DENIED' }));
    assertArraysAllowed({ definesArrays: true }, { ...limits, arrays: true });
    assertArraysAllowed({ definesArrays: false }, limits);
  });
});
