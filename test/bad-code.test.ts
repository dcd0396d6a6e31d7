import { randomBytes } from 'node:crypto';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawZip, tarGz, zip } from './support/archives.js';
import { compileWat, guest, guestText } from './support/guests.js';
import { expectNothingMore, expectWell, readResources } from './support/resources.js';
import { startService, type ServiceExecutor } from './support/test-executor.js';

/* Code of every bad kind over a real socket: a clear error, and nothing left behind. */

const module = guest('echo');
const good = { name: 'main.wasm', content: module };
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

/** A zip in which only the directory's entry count is wrong. */
function withEntryCount(archive: Buffer, count: number): Buffer {
  const changed = Buffer.from(archive);
  changed.writeUInt16LE(count, changed.length - 14);
  changed.writeUInt16LE(count, changed.length - 12);
  return changed;
}

/** Many entries that share one compressed stream. */
function overlappingZip(): Buffer {
  const archive = rawZip([good, { name: 'b.txt', content: Buffer.from('x') }]);
  const second = archive.lastIndexOf('PK\x01\x02', undefined, 'latin1');
  // The second entry claims to begin where the first one does.
  archive.writeUInt32LE(0, second + 42);
  return archive;
}

const zeros = Buffer.alloc(64 * 1024 * 1024);
const text = Buffer.from('this is text');

type BadCode = readonly [what: string, code: () => Buffer | Promise<Buffer>, reason: RegExp];

const badArchives: readonly BadCode[] = [
  ['a zip cut in its data', () => zip({ 'a.wasm': module }).subarray(0, 60), /zip|archive/i],
  ['a zip cut in its directory', () => zip({ 'a.wasm': module }).subarray(0, -30), /zip|archive/i],
  ['a zip cut in its last byte', () => zip({ 'a.wasm': module }).subarray(0, -1), /zip|archive/i],
  [
    'a zip that counts too many entries',
    () => withEntryCount(zip({ 'a.wasm': module }), 9),
    /zip|archive/i,
  ],
  [
    'a zip that counts too few entries',
    () => withEntryCount(zip({ 'a.wasm': module, b: '' }), 1),
    /zip|archive/i,
  ],
  [
    'an entry that says it is smaller',
    () => rawZip([{ ...good, method: 8, packed: deflateRawSync(module), declaredSize: 10 }]),
    /main\.wasm|size|damaged/i,
  ],
  [
    'an entry that says it is larger',
    () => rawZip([{ ...good, method: 8, packed: deflateRawSync(module), declaredSize: 5000 }]),
    /main\.wasm|size|damaged/i,
  ],
  [
    'an entry with another checksum',
    () => rawZip([{ ...good, crc: 1 }]),
    /main\.wasm|checksum|damaged/i,
  ],
  [
    'an entry whose stream is garbage',
    () => rawZip([{ ...good, method: 8, packed: Buffer.alloc(200, 0xa5) }]),
    /main\.wasm|damaged/i,
  ],
  ['an unknown compression', () => rawZip([{ ...good, method: 99 }]), /method 99/],
  ['entries that share their data', overlappingZip, /shares its data|differs|ambiguous|again/i],
  ['the same name twice', () => rawZip([good, good]), /twice/],
  [
    'a file that is a folder too',
    () => rawZip([good, { name: 'a' }, { name: 'a/b' }]),
    /twice|folder/,
  ],
  [
    'a bomb of one entry',
    () => rawZip([{ name: 'main.wasm', content: zeros, method: 8, packed: deflateRawSync(zeros) }]),
    /ratio|larger|times/i,
  ],
  [
    'a bomb of many entries',
    () => rawZip(Array.from({ length: 5000 }, (_, index) => ({ name: `f${String(index)}` }))),
    /entries/,
  ],
  [
    'a bomb of one deep name',
    () => rawZip([{ name: 'a/'.repeat(30_000) + 'main.wasm', content: module }]),
    /longer than|deeper/,
  ],
  ['a name that leaves the root', () => rawZip([good, { name: 'a/../../evil' }]), /leads out|evil/],
  ['an absolute name', () => rawZip([good, { name: '/etc/evil' }]), /absolute/],
  ['a name of another system', () => rawZip([good, { name: '..\\evil' }]), /backslash/],
  ['a drive letter', () => rawZip([good, { name: 'C:evil' }]), /absolute/],
  ['a name with a null byte', () => rawZip([good, { name: 'evil\0.txt' }]), /control/],
  [
    'a link',
    () => rawZip([good, { name: 'link', content: bytes('/etc'), mode: 0o120777 }]),
    /link/,
  ],
  [
    'a device',
    () => rawZip([good, { name: 'device', mode: 0o020666 }]),
    /neither a file nor a folder/,
  ],
  [
    'a zip in a zip',
    () => zip({ 'inner.zip': zip({ 'a.wasm': module }) }),
    /no WebAssembly module/,
  ],
  ['gzip of nothing', () => gzipSync(Buffer.alloc(0)), /tar|archive|module/i],
  ['gzip that is cut', () => gzipSync(randomBytes(5000)).subarray(0, 1000), /gzip|tar|archive/i],
  ['a gzip bomb', () => gzipSync(zeros), /ratio|larger|times|tar/i],
  [
    'a tar that leaves the root',
    () => tarGz({ 'main.wasm': module, '../evil': text }),
    /leads out|evil/,
  ],
  [
    'a descriptor with an unknown key',
    () => zip({ 'main.wasm': module, 'wasmwhisk.json': '{"modul":"main.wasm"}' }),
    /modul/,
  ],
  [
    'a descriptor that names no file',
    () => zip({ 'main.wasm': module, 'wasmwhisk.json': '{"module":"other.wasm"}' }),
    /other\.wasm/,
  ],
  [
    'a descriptor that is no JSON',
    () => zip({ 'main.wasm': module, 'wasmwhisk.json': '{' }),
    /wasmwhisk\.json/,
  ],
];

const invalidModule = Buffer.concat([module, Buffer.from([11, 1, 1])]);

const badModules: readonly BadCode[] = [
  [
    'a module of nothing but its magic',
    () => module.subarray(0, 4),
    /no valid WebAssembly: 8 bytes are announced and 4 are left/,
  ],
  [
    'a module of another version',
    () => Buffer.concat([bytes('\0asm'), Buffer.from([9, 0, 0, 0])]),
    /version|layer/i,
  ],
  [
    'a module cut in a section',
    () => module.subarray(0, module.length - 20),
    /no valid WebAssembly: \d+ bytes are announced/,
  ],
  [
    'a module with garbage after its head',
    () => Buffer.concat([module.subarray(0, 8), Buffer.alloc(500, 0xa4)]),
    /no valid WebAssembly/,
  ],
  ['a module that does not validate', () => invalidModule, /(V8|Wasmtime) refused the/],
  [
    'a module that does not validate, with files',
    () => zip({ 'main.wasm': invalidModule, 'data.txt': text }),
    /(V8|Wasmtime) refused the/,
  ],
  ['a module that was sent as text', () => Buffer.from(guest('greeting').toString('utf8')), /text/],
  ['a shell script', () => Buffer.from('#!/bin/sh\nexit\n'), /syntax/i],
  ['a picture', () => bytes('\x89PNG\r\n\x1a\n' + '\0'.repeat(50)), /syntax|module/i],
];

describe('code that cannot be used', () => {
  let service: ServiceExecutor;

  beforeAll(async () => {
    service = await startService();
    await expectWell(service);
  });

  afterAll(async () => {
    await service[Symbol.asyncDispose]();
  });

  it.each([...badArchives, ...badModules])('%s is refused', async (_what, makeCode, reason) => {
    const before = readResources(service);
    const container = service.container();
    const startedAt = performance.now();
    const answer = await container.init({ code: await makeCode() });
    expect(answer.status).toBe(502);
    const { error } = answer.json() as { error: string };
    expect(error).toMatch(/^Initialization has failed due to: ./);
    expect(error.slice('Initialization has failed due to: '.length)).toMatch(reason);
    // Names and contents from outside do not make a message long, and no stack leaves the process.
    expect(error.length).toBeLessThan(1000);
    expect(error).not.toMatch(/\n\s+at |node_modules/);
    expect(performance.now() - startedAt).toBeLessThan(15_000);
    await expectWell(service);
    await container.post('/destroy', '');
    await expectNothingMore(service, before);
  });

  it.each([
    ['WAT', guestText('echo'), /text|WAT/],
    ['a program in JavaScript', 'function main(p) { return p; }', /syntax/i],
    ['a module as text', guest('greeting').toString('utf8'), /text/],
    ['a zip as text', zip({ 'a.wasm': module }).toString('utf8'), /text/],
  ])('%s that was sent as text is refused', async (_what, code, reason) => {
    const container = service.container();
    const answer = await container.init({ code });
    expect(answer.status).toBe(502);
    expect(answer.text).toMatch(reason);
    await container.post('/destroy', '');
    await expectWell(service);
  });

  it('code above the limit is refused', async () => {
    await using small = await startService({ config: { limits: { codeBytes: 4096 } } });
    const answer = await small.container().init({ code: randomBytes(4000) });
    expect(answer.status).toBe(502);
    expect(answer.text).toContain('4096');
  });

  it('a memory whose minimum is above the limit is refused', async () => {
    await using small = await startService({ config: { limits: { memoryBytes: 64 * 1024 } } });
    const container = small.container();
    expect((await container.init({ code: module })).status).toBe(200);
    const large = await compileWat(
      '(module (memory (export "memory") 2) (func (export "_start")))',
    );
    const answer = await small.container().init({ code: large });
    expect(answer.status).toBe(502);
    expect(answer.headers.get('x-wasmwhisk-error')).toBe('WW_ERR_RUN_MEMORY_LIMIT');
  });
});
