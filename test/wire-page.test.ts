import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { situations } from '@wasmwhisk/protocol';
import { describe, expect, it } from 'vitest';

const page = readFileSync(join(import.meta.dirname, '../docs/reference/wire.md'), 'utf8');
const rows = page.split('\n').flatMap((line) => {
  const cells = line.split('|').map((cell) => cell.trim());
  return /^\d+$/.test(cells[1] ?? '')
    ? [{ number: Number(cells[1]), status: cells[3], text: cells[4] ?? '' }]
    : [];
});

describe('the situation table of docs/reference/wire.md', () => {
  it('has every situation once, in order', () => {
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
  });

  it.each(Object.entries(situations))('gives %s its status and text', (_name, { status, text }) => {
    const row = rows.find((candidate) => candidate.text.includes(`\`${text}\``));
    expect(row?.status).toBe(String(status));
  });
});
