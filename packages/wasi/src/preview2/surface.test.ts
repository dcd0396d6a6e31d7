import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createPreview2Host } from './imports.js';

/** The WIT of WASI as jco carries it, which is the newest that its components import. */
const home = new URL('../lib/wit/builtin/0.2.12/', import.meta.resolve('@bytecodealliance/jco'));

interface Surface {
  readonly interfaceName: string;
  /** Functions and resources, in the names of the glue. */
  readonly members: readonly string[];
  readonly methods: readonly (readonly [resource: string, method: string])[];
}

/** Reads interfaces line by line; WASI's files are formatted evenly. */
function readSurfaces(packageName: string): readonly Surface[] {
  const text = readFileSync(new URL(`wasi-${packageName}/package.wit`, home), 'utf8');
  const surfaces: Surface[] = [];
  let members: string[] = [];
  let methods: [string, string][] = [];
  let resource: string | undefined;
  for (const line of text.split('\n')) {
    const started = /^interface ([a-z0-9-]+)/.exec(line)?.[1];
    const declared = /^ {2,4}resource ([a-z0-9-]+)(?<open> \{)?/.exec(line);
    const func = /^\s+%?([a-z0-9-]+): (?<isStatic>static )?func\(/.exec(line);
    if (started !== undefined) {
      members = [];
      methods = [];
      surfaces.push({ interfaceName: `wasi:${packageName}/${started}`, members, methods });
    } else if (declared?.[1] !== undefined) {
      members.push(toClassName(declared[1]));
      resource = declared.groups?.['open'] === undefined ? undefined : toClassName(declared[1]);
    } else if (func?.[1] !== undefined) {
      if (resource === undefined) members.push(toMemberName(func[1]));
      else if (func.groups?.['isStatic'] === undefined)
        methods.push([resource, toMemberName(func[1])]);
    } else if (/^ {2,4}\}/.test(line)) resource = undefined;
  }
  return surfaces;
}

function toMemberName(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function toClassName(name: string): string {
  const member = toMemberName(name);
  return member.charAt(0).toUpperCase() + member.slice(1);
}

const { imports } = createPreview2Host({
  args: [],
  environment: [],
  stdio: {
    stdin: { read: () => new Uint8Array() },
    stdout: () => undefined,
    stderr: () => undefined,
  },
  preopens: [],
  onFailure: () => undefined,
});

function classOf(interfaceName: string, name: string): { readonly prototype: object } {
  return imports[interfaceName]?.[name] as { readonly prototype: object };
}

/** Interfaces of the serving side, which a host calls and does not offer. */
const exported = new Set(['wasi:cli/run', 'wasi:http/incoming-handler']);

const served = ['cli', 'clocks', 'random', 'io', 'filesystem'].flatMap(readSurfaces);
const denied = ['sockets', 'http'].flatMap(readSurfaces);

describe('the surface of WASI 0.2', () => {
  it('is read whole', () => {
    expect(served.length).toBeGreaterThanOrEqual(20);
    expect(served.flatMap(({ methods }) => methods).length).toBeGreaterThanOrEqual(40);
  });

  it.each([...served, ...denied].filter(({ interfaceName }) => !exported.has(interfaceName)))(
    'has $interfaceName',
    ({ interfaceName, members }) => {
      for (const member of members)
        expect([member, typeof imports[interfaceName]?.[member]]).toEqual([member, 'function']);
    },
  );

  it.each(served.filter(({ methods }) => methods.length > 0))(
    'has the methods of $interfaceName',
    ({ interfaceName, methods }) => {
      for (const [resource, method] of methods)
        expect([resource, method, method in classOf(interfaceName, resource).prototype]).toEqual([
          resource,
          method,
          true,
        ]);
    },
  );
});
