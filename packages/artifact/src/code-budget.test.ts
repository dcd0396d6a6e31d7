import { describe, expect, it } from 'vitest';
import { componentOf, moduleOf, section, sized } from '../test/assemble.js';
import { defaultCodeLimits, type CodeLimits } from './code-budget.js';
import { describeArtifact } from './read-artifact.js';

/** A module of functions without parameters; each has these instructions, and so many locals. */
function moduleWith(bodies: readonly (readonly number[])[], locals = 0): Uint8Array {
  const leb = (value: number): number[] =>
    value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
  const long = (id: number, content: readonly number[]): number[] => [
    id,
    ...leb(content.length),
    ...content,
  ];
  const code = bodies.map((body) => {
    const bytes = [...(locals === 0 ? [0] : [1, ...leb(locals), 0x7f]), ...body, 0x0b];
    return [...leb(bytes.length), ...bytes];
  });
  return moduleOf(
    section(1, [1, 0x60, 0, 0]),
    long(3, [...leb(bodies.length), ...bodies.map(() => 0)]),
    long(10, [...leb(bodies.length), ...code.flat()]),
  );
}

const repeat = (bytes: readonly number[], times: number): number[] =>
  Array.from({ length: times }, () => bytes).flat();
const nested = (opcode: number, depth: number): number[] => [
  ...repeat([opcode, 0x40], depth),
  ...repeat([0x0b], depth),
];
const calls = (count: number): number[] => repeat([0x10, 0x00], count);

const limits: CodeLimits = {
  functionBytes: 1000,
  functionDepth: 50,
  functionWork: 200,
  codeWork: 1000,
};

const cases: readonly (readonly [
  what: string,
  limit: keyof CodeLimits,
  fits: Uint8Array,
  exceeds: Uint8Array,
])[] = [
  [
    'a long function',
    'functionBytes',
    moduleWith([repeat([1], 998)]),
    moduleWith([repeat([1], 999)]),
  ],
  ['deep blocks', 'functionDepth', moduleWith([nested(2, 50)]), moduleWith([nested(2, 51)])],
  ['deep conditions', 'functionDepth', moduleWith([nested(4, 50)]), moduleWith([nested(4, 51)])],
  ['many calls', 'functionWork', moduleWith([calls(200)]), moduleWith([calls(201)])],
  [
    'many labels',
    'functionWork',
    moduleWith([[0x0e, 0x7f, ...repeat([0], 128)]]),
    moduleWith([repeat([0x0e, 0x7f, ...repeat([0], 128)], 2)]),
  ],
  [
    'loops in a row',
    'functionWork',
    moduleWith([repeat([3, 0x40, 0x0b], 85)]),
    moduleWith([repeat([3, 0x40, 0x0b], 100)]),
  ],
  [
    'loops with locals',
    'functionWork',
    moduleWith([nested(3, 10)], 18),
    moduleWith([nested(3, 10)], 20),
  ],
  [
    'many functions',
    'codeWork',
    moduleWith(Array.from({ length: 8 }, () => calls(100))),
    moduleWith(Array.from({ length: 10 }, () => calls(100))),
  ],
];

describe('what compiling may cost', () => {
  it.each(cases)('is limited for %s', (_, limit, fits, exceeds) => {
    expect(describeArtifact(fits, limits).format).toBe('module');
    expect(() => describeArtifact(exceeds, limits)).toThrow(
      expect.objectContaining({
        fault: 'limit-exceeded',
        message: expect.stringContaining(`(limits.${limit})`) as string,
      }),
    );
    // Without limits nobody looks.
    expect(describeArtifact(exceeds).format).toBe('module');
  });

  it('is limited in every core module of a component, all together, and in nested ones', () => {
    const half = moduleWith(Array.from({ length: 5 }, () => calls(100)));
    const core = (bytes: Uint8Array): number[] => [1, ...sized([...bytes])];
    const inner = componentOf(core(half));
    const nestedOne = (bytes: Uint8Array): number[] => [4, ...sized([...bytes])];
    expect(describeArtifact(componentOf(core(half)), limits).format).toBe('component');
    for (const both of [
      componentOf(core(half), core(half)),
      componentOf(core(half), nestedOne(inner)),
    ])
      expect(() => describeArtifact(both, limits)).toThrow(
        expect.objectContaining({ fault: 'limit-exceeded' }),
      );
  });

  it('refuses by default what took engines minutes and gigabytes', () => {
    for (const bytes of [
      moduleWith([nested(3, 10_001)]),
      moduleWith([repeat([3, 0x40, 0x0b], 5000)]),
    ])
      expect(() => describeArtifact(bytes, defaultCodeLimits)).toThrow(
        expect.objectContaining({ fault: 'limit-exceeded' }),
      );
  });
});
