import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { modeDefaults, readMemoryLimit } from './mode-defaults.js';

const mebibyte = 1024 * 1024;

function memoryOf(limitMiB: number): unknown {
  return modeDefaults('single', {}, limitMiB * mebibyte).get('limits.memoryBytes')?.value;
}

describe('modeDefaults', () => {
  it('changes nothing for a service', () => {
    expect(modeDefaults('service', {}, 128 * mebibyte).size).toBe(0);
  });

  it('listens where a stock invoker calls, in silence and one run at a time, in single mode', () => {
    const defaults = modeDefaults('single', {}, undefined);
    expect(defaults.get('server.host')?.value).toBe('0.0.0.0');
    expect(defaults.get('server.port')?.value).toBe(8080);
    expect(defaults.get('log.level')?.value).toBe('silent');
    expect(defaults.get('containers.concurrency')?.value).toBe(1);
    expect(defaults.has('limits.memoryBytes')).toBe(false);
  });

  it.each([
    ['true', false],
    ['True', false],
    ['TRUE ', false],
    ['false', true],
    ['1', true],
    ['yes', true],
    ['', true],
    [undefined, true],
  ])('takes __OW_ALLOW_CONCURRENT=%s', (value, oneAtATime) => {
    const defaults = modeDefaults('single', { __OW_ALLOW_CONCURRENT: value }, undefined);
    expect(defaults.has('containers.concurrency')).toBe(oneAtATime);
  });

  it('leaves Node.js room below the limit of the control group, and the guest at least half', () => {
    expect(memoryOf(512)).toBe(416 * mebibyte);
    expect(memoryOf(256)).toBe(160 * mebibyte);
    expect(memoryOf(128)).toBe(64 * mebibyte);
    expect(memoryOf(1024 * 1024)).toBe(4096 * mebibyte);
    expect(memoryOf(0)).toBe(64 * 1024);
  });
});

describe('readMemoryLimit', () => {
  function file(name: string, content: string): string {
    const folder = mkdtempSync(path.join(tmpdir(), 'wasmwhisk-limit-'));
    onTestFinished(() => {
      rmSync(folder, { recursive: true });
    });
    const target = path.join(folder, name);
    writeFileSync(target, content);
    return target;
  }

  it('reads the first file that exists', () => {
    const limit = file('memory.max', '268435456\n');
    expect(readMemoryLimit(['/nonexistent/memory.max', limit])).toBe(268_435_456);
  });

  it('knows how both generations say that there is no limit', () => {
    expect(readMemoryLimit([file('memory.max', 'max\n')])).toBeUndefined();
    expect(
      readMemoryLimit([file('memory.limit_in_bytes', '9223372036854771712\n')]),
    ).toBeUndefined();
    expect(readMemoryLimit([])).toBeUndefined();
  });
});
