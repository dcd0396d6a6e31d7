import { describe, expect, it } from 'vitest';
import type { ModuleDescription } from '@wasmwhisk/artifact';
import { RuntimeSource } from '@wasmwhisk/runner';
import { chooseRuntime, RuntimeChooser } from './runtimes.js';

const description: ModuleDescription = {
  format: 'module',
  imports: [],
  exports: [
    { name: '_start', external: { type: 'function', signature: { params: [], results: [] } } },
  ],
  memories: [],
  tables: [],
  hasStartFunction: false,
  definesArrays: false,
  customSections: [],
  producers: [],
  guestInterface: 'command',
};

/** A module as an address: there is nothing to import it from but its own text. */
function moduleOf(assessment: object): string {
  const body = `{ threading: 'own', assess: () => (${JSON.stringify(assessment)}), close() {} }`;
  return `data:text/javascript,export const createRuntime = () => (${encodeURIComponent(body)})`;
}

const takes = moduleOf({ type: 'supported' });
const refuses = moduleOf({ type: 'unsupported', reason: 'it is too old' });
const broken = (reason: string): string =>
  `data:text/javascript,throw new Error(${encodeURIComponent(JSON.stringify(reason))})`;

function open(modules: Readonly<Record<string, string>>) {
  const told: string[] = [];
  const chooser = new RuntimeChooser(new RuntimeSource(modules), (name, reason) => {
    told.push(`${name}: ${reason}`);
  });
  return { chooser, told };
}

describe('RuntimeChooser', () => {
  it('takes the first that supports the artifact', async () => {
    const { chooser } = open({ wasmtime: takes, v8: takes });
    expect(await chooser.choose(description, 'auto')).toBe('wasmtime');
    const other = open({ wasmtime: refuses, v8: takes });
    expect(await other.chooser.choose(description, 'auto')).toBe('v8');
    expect(other.told).toEqual([]);
  });

  it('goes on without one that cannot be loaded, and tells why once', async () => {
    const { chooser, told } = open({ wasmtime: broken('no binary, 1'), v8: takes });
    const chosen = await Promise.all([1, 2, 3].map(() => chooser.choose(description, 'auto')));
    expect(chosen).toEqual(['v8', 'v8', 'v8']);
    await chooser.choose(description, 'auto');
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('no binary, 1');
  });

  it('fails with that reason for one that is asked for by name, however often', async () => {
    const { chooser, told } = open({ wasmtime: broken('no binary, 2'), v8: takes });
    await chooser.choose(description, 'auto');
    for (let time = 0; time < 2; time += 1)
      await expect(chooser.choose(description, 'wasmtime')).rejects.toMatchObject({
        code: 'WW_ERR_RUNTIME_UNAVAILABLE',
        message: expect.stringContaining('no binary, 2') as string,
      });
    expect(told).toHaveLength(1);
  });

  it('names the reason of each when none can run the artifact', async () => {
    const { chooser } = open({ wasmtime: broken('no binary, 3'), v8: refuses });
    await expect(chooser.choose(description, 'auto')).rejects.toMatchObject({
      code: 'WW_ERR_ARTIFACT_UNSUPPORTED',
      message: expect.stringMatching(/wasmtime: .*no binary, 3.*v8: it is too old/) as string,
    });
  });

  it('says that there is no runtime, and not that the artifact is at fault, when none was loaded', async () => {
    const { chooser } = open({ wasmtime: broken('no binary, 4'), v8: broken('nor here') });
    await expect(chooser.choose(description, 'auto')).rejects.toMatchObject({
      code: 'WW_ERR_RUNTIME_UNAVAILABLE',
    });
  });

  it('preloads what most artifacts will need', async () => {
    const first = open({ wasmtime: takes, v8: takes });
    expect(await first.chooser.preload('auto')).toEqual({ name: 'wasmtime', threading: 'own' });
    const second = open({ wasmtime: broken('no binary, 5'), v8: takes });
    expect(await second.chooser.preload('auto')).toMatchObject({ name: 'v8' });
    expect(await second.chooser.preload('wasmtime')).toBeUndefined();
    expect(second.told).toHaveLength(1);
  });
});

describe('chooseRuntime', () => {
  it('knows no other names', async () => {
    const source = new RuntimeSource({ v8: takes });
    expect(await chooseRuntime(description, 'v8', source)).toBe('v8');
    await expect(chooseRuntime(description, 'none', source)).rejects.toMatchObject({
      code: 'WW_ERR_RUNTIME_UNAVAILABLE',
    });
  });
});
