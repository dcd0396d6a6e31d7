import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { listPackFiles } from './pack-files.js';

function folder(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(path.join(tmpdir(), 'wasmwhisk-pack-'));
  onTestFinished(() => {
    rmSync(root, { recursive: true });
  });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), content);
  }
  return root;
}

it('lists a folder in the order of names, without what begins with a dot', () => {
  const root = folder({
    'b.wasm': '1',
    'a/z.txt': '2',
    'a/.hidden': '3',
    '.git/config': '4',
    'B.txt': '5',
  });
  expect(listPackFiles(root).map((file) => file.path)).toEqual(['B.txt', 'a/z.txt', 'b.wasm']);
});

it('takes a single file under its own name', () => {
  const root = folder({ 'deep/add.wasm': 'x' });
  expect(listPackFiles(path.join(root, 'deep/add.wasm'))).toEqual([
    { path: 'add.wasm', bytes: Buffer.from('x') },
  ]);
});

it('refuses links, empty folders, what is missing and what is packed already', () => {
  const linked = folder({ a: '1' });
  symlinkSync('/etc/passwd', path.join(linked, 'b'));
  expect(() => listPackFiles(linked)).toThrow('is a link');
  expect(() => listPackFiles(folder({}))).toThrow('holds no files');
  expect(() => listPackFiles('/nonexistent')).toThrow('/nonexistent does not exist.');
  const packed = folder({ 'a.zip': 'PK\u0003\u0004' });
  expect(() => listPackFiles(path.join(packed, 'a.zip'))).toThrow('is a zip already');
});
