import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const typescript = readFileSync(new URL('native.ts', import.meta.url), 'utf8');
const rust = readFileSync(new URL('../native/addon/src/data.rs', import.meta.url), 'utf8');

/** Members of each type whose name ends in `Data`, as JavaScript names them. */
function readTypes(
  source: string,
  declaration: RegExp,
  member: RegExp,
): ReadonlyMap<string, readonly string[]> {
  const types = [...source.matchAll(declaration)].map(([, name = '', body = '']) => {
    const members = [...body.matchAll(member)].map(([, written = '']) => toCamelCase(written));
    return [name, members] as const;
  });
  return new Map(types);
}

function toCamelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

const ofRust = readTypes(rust, /^pub struct (\w+Data) \{\n([^]*?)^\}/gm, /^ {4}pub (\w+):/gm);
const ofTypeScript = readTypes(
  typescript,
  /^export interface (\w+Data) \{\n([^]*?)^\}/gm,
  /^ {2}readonly (\w+)\??:/gm,
);

describe('the types of the bridge', () => {
  it('are found', () => {
    expect(ofRust.get('SettingsData')).toContain('memoryBytes');
    expect(ofTypeScript.size).toBeGreaterThanOrEqual(6);
  });

  it('have the same names on both sides', () => {
    expect([...ofTypeScript.keys()].sort()).toEqual([...ofRust.keys()].sort());
  });

  it.each([...ofTypeScript])('%s has the same members in the same order', (name, members) => {
    expect(members).toEqual(ofRust.get(name));
  });
});
