import { describe, expect, it } from 'vitest';
import { startName } from './start-name.js';

const functions = new Map([
  ['_start', { params: [], results: [] }],
  ['main', { params: [], results: [] }],
  ['niam', { params: [], results: [] }],
  ['add', { params: ['i32'], results: [] }],
]);

describe('startName', () => {
  it.each([
    ['command', 'niam', 'niam'],
    ['buffer-second', 'niam', 'niam'],
    ['buffer', 'niam', '_start'],
    ['command', 'main', '_start'],
    ['command', undefined, '_start'],
    ['command', 'missing', '_start'],
    ['command', 'add', '_start'],
  ] as const)('begins a %s guest with main %s at %s', (guestInterface, entry, expected) => {
    expect(startName(functions, guestInterface, entry)).toBe(expected);
  });
});
