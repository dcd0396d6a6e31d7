import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitCodes } from '../src/exit-codes.js';
import { addAction, addComponent, errorOf, guest, scratchFolder, wasmwhisk } from './launcher.js';

describe('wasmwhisk inspect', () => {
  it('shows what a module is', async () => {
    const { code, stdout } = await wasmwhisk(['inspect', addAction]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}format +core module, [\d,]+ bytes, SHA-256 [0-9a-f]{64}$/m);
    expect(stdout).toMatch(/^ {2}interface +buffer$/m);
    expect(stdout).toMatch(/^ {2}memory +own, /m);
    expect(stdout).toMatch(/^ {2}import +wasi_snapshot_preview1 args_get \(i32, i32\) -> i32$/m);
    expect(stdout).toMatch(/^ {2}runtime +v8: yes$/m);
    expect(stdout).toMatch(/^ {2}runtime +jco: no, /m);
    expect(stdout).toMatch(/^ {2}\/init +would take it$/m);
  });

  it('shows the same as JSON, of base64 on stdin too', async () => {
    const fromFile = await wasmwhisk(['inspect', addAction, '--json']);
    const base64 = readFileSync(addAction).toString('base64').replace(/.{76}/g, '$&\n');
    const fromText = await wasmwhisk(['inspect', '-', '--json'], { input: base64 });
    const report = JSON.parse(fromFile.stdout) as Record<string, unknown>;
    expect(JSON.parse(fromText.stdout)).toEqual({ ...report, file: '-' });
    expect(report).toMatchObject({
      format: 'module',
      guestInterface: 'buffer',
      init: { type: 'taken' },
      files: { count: 0 },
    });
  });

  it('shows a component', async () => {
    const { code, stdout } = await wasmwhisk(['inspect', addComponent]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}interface +action-world$/m);
    expect(stdout).toMatch(/^ {2}runtime +jco: yes$/m);
  });

  it('says why /init would refuse it, and ends with 65', async () => {
    const ended = await wasmwhisk(['inspect', guest('unlinkable'), '--json']);
    expect(ended.code).toBe(exitCodes.dataInvalid.number);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      init: { type: 'refused', code: 'WW_ERR_GUEST_LINK' },
    });
  });

  it('ends with 65 for what is no code, without a stack', async () => {
    const ended = await wasmwhisk(['inspect', '-'], { input: '(module)' });
    expect(ended.code).toBe(exitCodes.dataInvalid.number);
    expect(ended.stderr).toMatch(/^wasmwhisk: [^\n]+\n$/);
  });

  it('holds names of strangers off the terminal', async () => {
    const name = '\u001b[2Jx';
    const section = (id: number, ...bytes: number[]) => [id, bytes.length, ...bytes];
    const module = Uint8Array.from([
      ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
      ...section(1, 1, 0x60, 0, 0),
      ...section(3, 1, 0),
      ...section(7, 1, name.length, ...Buffer.from(name), 0, 0),
      ...section(10, 1, 2, 0, 0x0b),
    ]);
    const { stdout } = await wasmwhisk(['inspect', '-'], { input: module });
    expect(stdout).toContain('\\u001b[2Jx');
    expect(stdout).not.toContain('\u001b');
  });
});

describe('wasmwhisk pack', () => {
  it('makes a zip that inspect and invoke take, the same one each time', async () => {
    const folder = scratchFolder({
      'readfile.wasm': readFileSync(guest('readfile')),
      'test.txt': 'content of the file',
    });
    const out = scratchFolder();
    const packed = await wasmwhisk(['pack', folder, '-o', 'a.zip', '--json'], { cwd: out });
    expect(packed.code).toBe(0);
    expect(JSON.parse(packed.stdout)).toMatchObject({
      file: 'a.zip',
      files: 2,
      entry: 'readfile.wasm',
      interface: 'command',
    });
    const piped = await wasmwhisk(['pack', folder, '-o', '-'], { cwd: out });
    expect(piped.stdout.length).toBeGreaterThan(100);
    const again = await wasmwhisk(['pack', folder, '-o', 'b.zip'], { cwd: out });
    expect(again.stdout).toBe('');
    expect(again.stderr).toMatch(/^b\.zip: [\d,]+ bytes, 2 files, runs readfile\.wasm\n$/);
    const [first, second] = ['a.zip', 'b.zip'].map((file) => readFileSync(path.join(out, file)));
    expect(first).toEqual(second);
    const invoked = await wasmwhisk(['invoke', 'a.zip'], { cwd: out });
    expect(invoked.stdout).toBe('{"content":"content of the file"}\n');
  });

  it('names the zip after what is in it', async () => {
    const out = scratchFolder();
    const { stderr } = await wasmwhisk(['pack', addAction], { cwd: out });
    expect(stderr).toMatch(/^add\.zip: /);
  });

  it('writes nothing that the executor would refuse', async () => {
    const folder = scratchFolder({ 'readme.txt': 'no module' });
    const ended = await wasmwhisk(['pack', folder, '-o', path.join(folder, 'a.zip'), '--json']);
    expect(ended.code).toBe(exitCodes.dataInvalid.number);
    expect(errorOf(ended).code).toBe('WW_ERR_CODE_INVALID');
    expect(() => readFileSync(path.join(folder, 'a.zip'))).toThrow('ENOENT');
  });

  it.each([
    ['a folder that does not exist', '/nonexistent/a.zip', 'its folder does not exist'],
    ['a folder in the file’s place', '/tmp', 'it is a folder'],
  ])('ends with 73 for %s', async (_name, output, words) => {
    const { code, stderr } = await wasmwhisk(['pack', addAction, '-o', output]);
    expect(stderr).toContain(words);
    expect(code).toBe(exitCodes.cannotCreate.number);
  });

  it('ends with 66 when there is nothing to pack', async () => {
    expect(await wasmwhisk(['pack', '/nonexistent'])).toMatchObject({
      code: exitCodes.inputMissing.number,
      stderr: 'wasmwhisk: /nonexistent does not exist.\n',
    });
  });
});
