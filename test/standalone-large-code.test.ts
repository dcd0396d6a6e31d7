import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { rawZip } from './support/archives.js';
import { startChildStandalone } from './support/standalone-child.js';
import { createApiClient } from './support/standalone-client.js';

/* Code as large as it may be. In a process of its own, so that its memory can be measured. */

const mebibyte = 1024 * 1024;
const addModule = readFileSync(join(import.meta.dirname, '../examples/actions/add/build/add.wasm'));

/** A zip of this size: bytes that nothing compresses, and a module. */
function createZip(bytes: number): Buffer {
  const module = { name: 'action.wasm', content: addModule };
  const overhead = rawZip([module, { name: 'data.bin', content: Buffer.alloc(0) }]).length;
  return rawZip([module, { name: 'data.bin', content: randomBytes(bytes - overhead) }]);
}

/** Resident memory of a process in bytes. */
function readMemory(pid: number): number {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

const exec = (code: string) => ({ exec: { kind: 'wasm:0.1', code } });

describe('large code', { timeout: 120_000 }, () => {
  it('of 36 MiB is created, invoked and given back byte by byte', async () => {
    await using child = await startChildStandalone(['--memory']);
    using client = createApiClient(child.url);
    const archive = createZip(36 * mebibyte);
    expect(archive).toHaveLength(36 * mebibyte);
    const code = archive.toString('base64');
    expect(code).toHaveLength(48 * mebibyte);

    const created = await client.call('PUT', 'actions/large', exec(code));
    expect(created.status, created.text.slice(0, 500)).toBe(200);
    expect((await client.invoke('large', { param1: 5, param2: 4 })).text).toBe('{"result":9}');
    const shown = (await client.call('GET', 'actions/large')).object();
    expect(shown['exec']).toMatchObject({ binary: true });
    // A comparison by `toBe` would print 48 MiB.
    expect((shown['exec'] as { code: string }).code === code).toBe(true);
    const brief = await client.call('GET', 'actions/large?code=false');
    expect(brief.text.length).toBeLessThan(2000);
  });

  it('that is larger is refused, and its memory is given back', async () => {
    await using child = await startChildStandalone(['--memory']);
    using client = createApiClient(child.url);
    await client.putAction('add', addModule);
    const memory = () => readMemory(child.process.pid ?? 0);
    const overLimit = 'A'.repeat(49 * mebibyte);

    for (let index = 0; index < 8; index += 1) {
      const answer = await client.call('PUT', 'actions/huge', exec(overLimit));
      expect(answer.status, answer.text.slice(0, 300)).toBe(413);
      expect(answer.object()).toEqual({
        error: expect.stringMatching(/\d/),
        code: expect.any(String),
      });
    }
    expect((await client.call('GET', 'actions/huge')).status).toBe(404);
    // Each of them in memory would be 400 MiB and more; work lets the collector run.
    const settled = async () => {
      await client.invoke('add', { param1: 1, param2: 2 });
      return memory();
    };
    await expect.poll(settled, { timeout: 30_000, interval: 100 }).toBeLessThan(400 * mebibyte);
  });

  it('that replaces other code leaves nothing of it in memory', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wasmwhisk-large-'));
    onTestFinished(() => {
      rmSync(folder, { recursive: true });
    });
    await using child = await startChildStandalone(['--data', folder]);
    using client = createApiClient(child.url);
    // All of them together are 576 MiB.
    for (let index = 0; index < 24; index += 1) {
      const answer = await client.putAction('large', createZip(24 * mebibyte));
      expect(answer.status, answer.text.slice(0, 300)).toBe(200);
      expect((await client.invoke('large', { param1: index, param2: 1 })).status).toBe(200);
    }
    expect((await client.call('DELETE', 'actions/large')).status).toBe(200);
    await client.putAction('add', addModule);
    const settled = async () => {
      await client.invoke('add', { param1: 1, param2: 2 });
      return readMemory(child.process.pid ?? 0);
    };
    await expect.poll(settled, { timeout: 30_000, interval: 100 }).toBeLessThan(650 * mebibyte);
  }, 300_000);
});
