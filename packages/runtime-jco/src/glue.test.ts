import { describe, expect, it } from 'vitest';
import { compileGlue, readGlueImports, readInstanceCounts, toGlueSource } from './glue.js';

const module = `"use components";
export function instantiate(getCoreModule, imports, instantiateCore = x) {
  if (!getCoreModule) getCoreModule = (name) => new URL(name, import.meta.url);
  const module0 = getCoreModule('component.core.wasm');
  const module1 = getCoreModule('component.core2.wasm');
  const { Error: Error$1, now } = imports['wasi:io/error'];
  instantiateCore(module0);
  instantiateCore(module1, {});
  instantiateCore(module0, {});
  console.error('hidden');
  return { seen: [WebAssembly, typeof fetch, typeof process, now()], decoder: new TextDecoder() };
};

export const _util = {
  
}
`;

const globals = {
  WebAssembly,
  TextDecoder: class {
    decode = () => 'ours';
  },
};

describe('toGlueSource', () => {
  it('makes a body that gives each run its own globals and hides the others', () => {
    const instantiate = compileGlue(toGlueSource(module))(globals);
    const exported = instantiate(
      () => new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)),
      { 'wasi:io/error': { Error, now: () => 5 } },
      () => ({}),
    );
    expect(exported['seen']).toEqual([WebAssembly, 'undefined', 'undefined', 5]);
    expect(exported['decoder']).toBeInstanceOf(globals.TextDecoder);
  });

  it.each([
    '',
    'export default 1',
    module.replace('import.meta.url', 'import.meta.url + import.meta.url'),
  ])('refuses a module of another form', (text) => {
    expect(() => toGlueSource(text)).toThrow('unknown form');
  });
});

describe('reading the generated module', () => {
  it('finds what it takes from the host', () => {
    expect(readGlueImports(module)).toEqual([
      { interfaceName: 'wasi:io/error', members: ['Error', 'now'] },
    ]);
  });

  it('counts the instances of each core module', () => {
    expect([...readInstanceCounts(module)]).toEqual([
      ['component.core.wasm', 2],
      ['component.core2.wasm', 1],
    ]);
  });
});
