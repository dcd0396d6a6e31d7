import { defineConfig } from 'vitest/config';

const resolve = { conditions: ['@wasmwhisk/source'] };

export default defineConfig({
  test: {
    projects: [
      {
        // Beside the source, run against the source.
        resolve,
        ssr: { resolve },
        test: { name: 'unit', include: ['packages/*/src/**/*.test.ts'], restoreMocks: true },
      },
      {
        // Against dist: worker threads need real files. Includes conformance and end-to-end.
        test: {
          name: 'integration',
          include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          restoreMocks: true,
        },
      },
    ],
  },
});
