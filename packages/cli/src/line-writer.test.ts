import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { LineWriter } from './line-writer.js';

function open(): { writer: LineWriter; text: () => string; broken: Error[] } {
  const folder = mkdtempSync(join(tmpdir(), 'wasmwhisk-lines-'));
  const file = join(folder, 'log');
  const fileDescriptor = openSync(file, 'w');
  onTestFinished(() => {
    closeSync(fileDescriptor);
    rmSync(folder, { recursive: true });
  });
  const broken: Error[] = [];
  const writer = new LineWriter(fileDescriptor, (error) => broken.push(error));
  return { writer, text: () => readFileSync(file, 'utf8'), broken };
}

describe('LineWriter', () => {
  it('writes every line in its order, short and long, of any characters', async () => {
    const { writer, text, broken } = open();
    let expected = '';
    for (let index = 0; index < 5000; index += 1) {
      const line = `${String(index)} ${'grüße 😀'.repeat(index % 97 === 0 ? 2000 : index % 7)}\n`;
      expected += line;
      writer.write(line);
      // Let some writes end meanwhile.
      if (index % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const huge = `${'x'.repeat(200_000)}\n`;
    writer.write(huge);
    writer.write('last\n');
    await writer.close();
    expect(text()).toBe(`${expected}${huge}last\n`);
    expect(broken).toEqual([]);
  });

  it('writes a single line soon', async () => {
    const { writer, text } = open();
    writer.write('alone\n');
    await vi.waitUntil(() => text() === 'alone\n');
    await writer.close();
  });

  it('writes what is left when the process ends', async () => {
    const { writer, text } = open();
    writer.write('left\n');
    const [atExit] = process.listeners('exit').slice(-1);
    atExit?.(0);
    expect(text()).toBe('left\n');
    await writer.close();
    expect(text()).toBe('left\n');
    expect(process.listeners('exit')).not.toContain(atExit);
  });

  it('tells once that it cannot write, drops what follows, and ends all the same', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wasmwhisk-lines-'));
    onTestFinished(() => {
      rmSync(folder, { recursive: true });
    });
    const broken: Error[] = [];
    const readOnly = openSync('/dev/null', 'r');
    onTestFinished(() => {
      closeSync(readOnly);
    });
    const writer = new LineWriter(readOnly, (error) => broken.push(error));
    writer.write('x'.repeat(100_000));
    await vi.waitUntil(() => broken.length > 0);
    writer.write('x'.repeat(100_000));
    await writer.close();
    expect(broken).toMatchObject([{ code: 'EBADF' }]);
  });
});
