import { describe, expect } from 'vitest';
import { eachForm, formsOf, inOneForm, type CaseContext } from '../case-context.js';
import { httpErrorCodes } from '../http-error-codes.js';

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
      formsOf(context, 'module'),
      'refuses http.get where no host is granted',
      'http-get',
      async (file, _form, harness) => {
        await expect(harness.container(file)).rejects.toMatchObject({
          code: 'WW_ERR_CAPABILITY_DENIED',
        });
      },
    );

    // wasi:http has an error code for it, and toolchains import it whether it is used or not.
    eachForm(
      formsOf(context, 'component'),
      'links wasi:http where no host is granted, and denies requests',
      'http-get',
      async (file, _form, harness) => {
        const container = await harness.container(file);
        const seen = await harness.observe(container, { input: '{"address":"127.0.0.1:9/"}' });
        expect(seen.error).toBeUndefined();
        expect(seen.result?.json).toBe(`{"value":${String(httpErrorCodes.requestDenied)}}`);
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
