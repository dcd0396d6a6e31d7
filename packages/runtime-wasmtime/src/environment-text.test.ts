import { describe, expect, it } from 'vitest';
import { SharedEnvironment, toEnvironmentText } from './environment-text.js';

type Entries = readonly (readonly [string, string])[];

function runs(...environments: readonly Entries[]): { shared: string[]; added: string[] } {
  const shared: string[] = [];
  const environment = new SharedEnvironment((text) => shared.push(text));
  const added = environments.map((each) => environment.addition(each));
  return { shared, added };
}

describe('toEnvironmentText', () => {
  it('puts a NUL behind each name and value, and cuts what holds one', () => {
    expect(
      toEnvironmentText([
        ['A', 'b=c'],
        ['EMPTY', ''],
        ['X\0Y', '1\0more'],
      ]),
    ).toBe('A\0b=c\0EMPTY\0\0X\0' + '1\0');
  });
});

describe('SharedEnvironment', () => {
  const base: Entries = [
    ['A', '1'],
    ['B', '2'],
  ];
  const own = (id: string): Entries => [['ID', id]];

  it('shares what the runs have in common, once', () => {
    const { shared, added } = runs(
      [...base, ...own('1')],
      [...base, ...own('2')],
      [...base, ...own('3')],
    );
    expect(shared).toEqual(['A\0' + '1\0B\0' + '2\0']);
    expect(added).toEqual(['A\0' + '1\0B\0' + '2\0ID\0' + '1\0', 'ID\0' + '2\0', 'ID\0' + '3\0']);
  });

  it('shares less when a run has less in common', () => {
    const { shared, added } = runs(
      [...base, ...own('1')],
      [...base, ...own('2')],
      own('3'),
      own('4'),
    );
    expect(shared).toEqual(['A\0' + '1\0B\0' + '2\0', '']);
    expect(added.slice(2)).toEqual(['ID\0' + '3\0', 'ID\0' + '4\0']);
  });

  it('shares nothing between runs that have nothing in common', () => {
    const { shared, added } = runs(own('1'), own('2'), own('3'));
    expect(shared).toEqual(['']);
    expect(added).toEqual(['ID\0' + '1\0', 'ID\0' + '2\0', 'ID\0' + '3\0']);
  });

  it('tells equal entries from the same entries', () => {
    const { added } = runs([['A', '1']], [['A', '1']], [['A', '2']]);
    expect(added[2]).toBe('A\0' + '2\0');
  });
});
