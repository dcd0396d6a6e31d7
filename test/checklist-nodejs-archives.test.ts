import { describe, expect, it } from 'vitest';
import { zip } from './support/archives.js';
import { compileWat, guest, guestText } from './support/guests.js';
import { startSingle, type SingleExecutor } from './support/test-executor.js';

/* The part of OpenWhisk's suite for nodejs that is about zips; see docs/reference/checklist.md. */

async function initAndEcho(single: SingleExecutor, code: Buffer, main?: string): Promise<void> {
  const { container } = single;
  const init = await container.init({ code, ...(main === undefined ? {} : { main }) });
  expect(init.text).toBe('{"ok":true}');
  const answer = await container.run({ a: 1 });
  expect(answer.status).toBe(200);
  expect(answer.json()).toEqual({ a: 1 });
  expect([single.stdout.markers, single.stderr.markers]).toEqual([1, 1]);
}

describe("the nodejs runtime's checklist of archives", () => {
  it('N17: takes a zip without a descriptor', async () => {
    await using single = await startSingle();
    await initAndEcho(single, zip({ 'main.wasm': guest('echo') }));
  });

  it('N18: takes a zip with a descriptor', async () => {
    await using single = await startSingle();
    const descriptor = JSON.stringify({ module: 'lib/echo.wasm' });
    await initAndEcho(
      single,
      zip({
        'wasmwhisk.json': descriptor,
        'lib/echo.wasm': guest('echo'),
        'lib/other.wasm': guest('string'),
      }),
    );
  });

  it('N19: finds file and export by main', async () => {
    await using single = await startSingle();
    const code = zip({ 'main.wasm': guest('string'), 'other.wasm': guest('niam') });
    await initAndEcho(single, code, 'other.niam');
  });

  it('N20: takes all that follows the first dot of main for the export', async () => {
    await using single = await startSingle();
    const module = await compileWat(
      guestText('niam').replace('(export "niam")', '(export "niam.xyz")'),
    );
    const code = zip({ 'main.wasm': guest('string'), 'other.wasm': module });
    await initAndEcho(single, code, 'other.niam.xyz');
  });

  it('N21: runs the second of two modules when main picks it', async () => {
    await using single = await startSingle();
    const code = zip({ 'first.wasm': guest('string'), 'second.wasm': guest('echo') });
    await initAndEcho(single, code, 'second');
  });

  it('N22: refuses base64 of plain text', async () => {
    await using single = await startSingle();
    const answer = await single.container.init({ code: Buffer.from('no archive at all') });
    expect(answer.status).toBe(502);
    expect(single.stderr.filtered).toMatch(/error/i);
    expect(single.stderr.filtered).toMatch(/uncompressing|syntax/i);
    expect([single.stdout.markers, single.stderr.markers]).toEqual([1, 1]);
  });

  it('N23: says of a zip without a module what it must contain', async () => {
    await using single = await startSingle();
    const answer = await single.container.init({ code: zip({ 'readme.txt': 'nothing here' }) });
    expect(answer.status).toBe(502);
    expect(single.stderr.filtered).toMatch(/error/i);
    expect(single.stderr.filtered).toMatch(/main\.wasm/);
    expect([single.stdout.markers, single.stderr.markers]).toEqual([1, 1]);
  });

  it('N24: starts at another export of a zipped module', async () => {
    await using single = await startSingle();
    await initAndEcho(single, zip({ 'main.wasm': guest('niam') }), 'niam');
  });

  it('N25: shows the files of the archive in the current directory', async () => {
    await using single = await startSingle();
    const { container } = single;
    await container.init({
      code: zip({ 'main.wasm': guest('readfile'), 'test.txt': 'of the archive ❄' }),
    });
    expect((await container.run({})).json()).toEqual({ content: 'of the archive ❄' });
  });

  it.each([
    ['N27', 'node_modules/dependency/data.json'],
    ['N28', 'assets/deep/er/table.txt'],
  ])('%s: shows files in folders of the archive, which stay read-only', async (_id, path) => {
    await using single = await startSingle();
    const { container } = single;
    await container.init({ code: zip({ exec: guest('readfile'), [path]: 'used' }) });
    expect((await container.run({ path })).json()).toEqual({ content: 'used' });
    expect((await container.run({ path: `./${path}` })).json()).toEqual({ content: 'used' });
    expect((await container.run({ path: `../${path}` })).json()).toEqual({
      error: `cannot read ../${path}`,
    });
  });
});
