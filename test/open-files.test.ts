import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { guest } from './support/guests.js';
import { startChildStandalone } from './support/standalone-child.js';
import { createApiClient } from './support/standalone-client.js';

/* Processes that may open few files. */

const command = join(import.meta.dirname, '../node_modules/.bin/wasmwhisk');

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wasmwhisk-files-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Starts under a limit. @returns how it ended; killed when it did not */
async function startWith(
  files: number,
  args: readonly string[],
): Promise<{ readonly code: unknown; readonly said: string }> {
  return new Promise((resolve) => {
    const script = `ulimit -n ${String(files)} && exec "$@"`;
    execFile(
      'sh',
      ['-c', script, 'sh', command, ...args],
      { timeout: 20_000, killSignal: 'SIGKILL' },
      (error, _stdout, stderr) => {
        resolve({ code: error?.code ?? error?.signal, said: stderr });
      },
    );
  });
}

it.each(['serve', 'standalone'])(
  '%s refuses to start with too few, and says how many',
  async (name) => {
    const args = [
      name,
      '--port',
      '0',
      ...(name === 'standalone' ? ['--data', createFolder()] : []),
    ];
    const { code, said } = await startWith(40, args);
    expect({ code, said }).toEqual({
      code: 69,
      said: expect.stringMatching(/may have 40 files .* needs at least \d+\. Raise the limit/),
    });
  },
);

it('the number that is asked for is enough for some callers at once', async () => {
  const folder = createFolder();
  const { said } = await startWith(40, ['standalone', '--port', '0', '--data', folder]);
  const needed = Number(/at least (\d+)/.exec(said)?.[1]);
  await using child = await startChildStandalone(['--data', folder], { descriptorsMax: needed });
  using client = createApiClient(child.url);
  expect((await client.putAction('echo', guest('echo'))).status).toBe(200);
  const answers = await Promise.all(
    Array.from({ length: 32 }, (_, index) => client.invoke('echo', { index })),
  );
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
});
