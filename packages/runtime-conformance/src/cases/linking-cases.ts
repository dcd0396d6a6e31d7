import { describe, expect } from 'vitest';
import { eachForm, inOneForm, type CaseContext } from '../case-context.js';

/** What is checked before the first run. */
export function linkingCases(context: CaseContext): void {
  describe('linking', () => {
    eachForm(
      context,
      'refuses an import that nobody has',
      'unknown-import',
      async (file, _form, harness) => {
        await expect(harness.container(file)).rejects.toMatchObject({ code: 'WW_ERR_GUEST_LINK' });
      },
    );

    eachForm(
      context,
      'refuses http.get where no host is granted',
      'http-get',
      async (file, _form, harness) => {
        await expect(harness.container(file)).rejects.toMatchObject({
          code: 'WW_ERR_CAPABILITY_DENIED',
        });
      },
    );

    inOneForm(
      context,
      'runs no guest code before the first run',
      'start-trap',
      async (file, _form, harness) => {
        await harness.container(file);
      },
    );

    // Code of an engine with threads of its own is a handle, and stays where it is.
    if (context.options.threading !== 'own')
      inOneForm(
        context,
        'compiles to what may cross a thread',
        'echo',
        async (file, _form, harness) => {
          const compiled = await harness.compile(file);
          expect(compiled.runtime).toBe(harness.runtime.name);
          expect(structuredClone(compiled)).toMatchObject({
            runtime: compiled.runtime,
            digest: compiled.digest,
          });
        },
      );
  });
}
