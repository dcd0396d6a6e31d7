import { loadConfig } from '@wasmwhisk/executor';
import { expect, test } from 'vitest';
import { assertOpenFiles } from './open-files.js';

const runtime = {
  ...loadConfig({ mode: 'service', environment: {} }).config.runtime,
  threads: 4,
  spareThreads: 1,
  preparationThreads: 1,
};

test('a limit on open files that is too low is refused, with the number that is needed', () => {
  expect(() => {
    assertOpenFiles({ runtime }, 119);
  }).toThrow(
    expect.objectContaining({
      code: 'WW_ERR_CLI_OPEN_FILES',
      message: expect.stringMatching(/119 files .* at least 120\./),
    }),
  );
  expect(() => {
    assertOpenFiles({ runtime }, 120);
    assertOpenFiles({ runtime }, Infinity);
    assertOpenFiles({ runtime });
  }).not.toThrow();
});
