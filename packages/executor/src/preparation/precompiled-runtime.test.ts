import { RuntimeSource } from '@wasmwhisk/runner';
import { describe, expect, it } from 'vitest';
import { choosePrecompiledRuntime } from './precompiled-runtime.js';

const code = { runtime: 'native', engine: 'native 1.0', target: 'here', settings: '00' };

/** A module that a runtime can be loaded from. */
const loadable = `data:text/javascript,${encodeURIComponent(
  'export const createRuntime = () => ({ name: "native", close: async () => {} });',
)}`;

describe('precompiled code', () => {
  const runtimes = new RuntimeSource({ native: loadable });

  it.each(['auto', 'native'])('goes to its own runtime when %s is wanted', async (wanted) => {
    expect(await choosePrecompiledRuntime(code, wanted, runtimes)).toBe('native');
  });

  it.each([
    ['another runtime is wanted', 'v8', runtimes, /the runtime of this action is v8/],
    ['its runtime is unknown here', 'auto', new RuntimeSource({}), /no such runtime/],
    [
      'its runtime cannot be loaded',
      'auto',
      new RuntimeSource({ native: 'file:///nonexistent.js' }),
      /could not be loaded/,
    ],
  ])('is foreign when %s', async (_case, wanted, source, reason) => {
    await expect(choosePrecompiledRuntime(code, wanted, source)).rejects.toMatchObject({
      code: 'WW_ERR_ARTIFACT_FOREIGN',
      message: expect.stringMatching(reason) as string,
    });
  });
});
