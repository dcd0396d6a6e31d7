import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  explainLoadFailure,
  findMissingAddon,
  loadAddon,
  toPlatformName,
  type AddonHost,
  type LoadAddonOptions,
} from './load-addon.js';

const host: AddonHost = {
  platform: 'linux',
  arch: 'x64',
  glibc: '2.36',
  nodeApi: '10',
  node: 'v24.21.0',
};
const fileName = 'wasmwhisk-native.linux-x64-gnu.node';

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wasmwhisk-addon-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** The head of a 64-bit ELF library whose section table ends at `end`. */
function elf(machine: number, end = 4096): Buffer {
  const head = Buffer.alloc(4096);
  head.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  head.writeUInt16LE(machine, 18);
  head.writeBigUInt64LE(BigInt(end - 64), 0x28);
  head.writeUInt16LE(64, 0x3a);
  head.writeUInt16LE(1, 0x3c);
  return head;
}

function notInstalled(): never {
  throw Object.assign(new Error('Cannot find module'), { code: 'MODULE_NOT_FOUND' });
}

/** Without a platform package, and with a loader that reports what it was asked for. */
function options(more: LoadAddonOptions): LoadAddonOptions {
  return {
    path: undefined,
    host,
    resolve: notInstalled,
    load: (path) => ({ loaded: path }),
    ...more,
  };
}

function failureOf(more: LoadAddonOptions): string {
  try {
    loadAddon(options(more));
  } catch (error) {
    expect(error).toMatchObject({ name: 'WasmRuntimeError', code: 'WW_ERR_RUNTIME_UNAVAILABLE' });
    return (error as Error).message;
  }
  throw new Error('loaded');
}

describe('the order', () => {
  it('takes the platform package before what was built here', () => {
    const folder = createFolder();
    const packaged = join(folder, 'packaged.node');
    writeFileSync(packaged, elf(62));
    writeFileSync(join(folder, fileName), elf(62));
    const asked: string[] = [];
    const resolve = (name: string): string => {
      asked.push(name);
      return packaged;
    };
    expect(loadAddon(options({ folder, resolve }))).toEqual({
      path: packaged,
      exports: { loaded: packaged },
    });
    expect(asked).toEqual(['@wasmwhisk/runtime-wasmtime-linux-x64-gnu']);
  });

  it('goes on to what was built here when the package is damaged or absent', () => {
    const folder = createFolder();
    const packaged = join(folder, 'packaged.node');
    writeFileSync(packaged, 'not a library');
    writeFileSync(join(folder, fileName), elf(62));
    const built = join(folder, fileName);
    expect(loadAddon(options({ folder, resolve: () => packaged })).path).toBe(built);
    expect(loadAddon(options({ folder })).path).toBe(built);
  });

  it('takes the explicit path alone', () => {
    const folder = createFolder();
    writeFileSync(join(folder, fileName), elf(62));
    const mine = join(folder, 'mine.node');
    expect(failureOf({ folder, path: mine })).toBe(
      `No binary of the native engine could be loaded:\n` +
        `  - WASMWHISK_NATIVE_PATH=${mine} is not there\n` +
        'Correct WASMWHISK_NATIVE_PATH, or unset it to have the installed binary found.',
    );
    writeFileSync(mine, elf(62));
    expect(loadAddon(options({ folder, path: mine })).path).toBe(mine);
  });
});

describe('a failure', () => {
  it('names every place with its reason, and what to do', () => {
    const folder = createFolder();
    expect(failureOf({ folder })).toBe(
      'No binary of the native engine could be loaded:\n' +
        '  - @wasmwhisk/runtime-wasmtime-linux-x64-gnu is not installed\n' +
        `  - ${join(folder, fileName)} is not there\n` +
        'In a checkout, `npm run build:native` makes one for linux-x64-gnu; it needs Rust.',
    );
  });

  it.each<[string, string | Buffer, RegExp]>([
    ['an empty file', '', /is no shared library/],
    ['a text file', 'a text file\n'.repeat(100), /is no shared library/],
    ['a file for another machine', elf(183), /is made for linux-arm64, and this is linux-x64/],
    ['a file that was cut off', elf(62, 9000), /is damaged: it ends after 4096 of at least 9000/],
    [
      'a file for macOS',
      Buffer.concat([Buffer.from('cffaedfe0c000001', 'hex'), Buffer.alloc(100)]),
      /is made for darwin-arm64/,
    ],
  ])('tells %s, without loading it', (_what, content, reason) => {
    const folder = createFolder();
    writeFileSync(join(folder, fileName), content);
    const load = (): never => {
      throw new Error('loaded');
    };
    expect(failureOf({ folder, load })).toMatch(reason);
  });

  it('tells a folder', () => {
    const folder = createFolder();
    mkdirSync(join(folder, fileName));
    expect(failureOf({ folder })).toContain(`${fileName} is a folder`);
  });

  it('tells a package that cannot be resolved from one that is absent', () => {
    const resolve = (): never => {
      throw new Error('Invalid package config');
    };
    expect(failureOf({ folder: createFolder(), resolve })).toContain(
      'cannot be resolved (Invalid package config)',
    );
  });

  it('tells a Node.js that is too old before anything is tried', () => {
    expect(failureOf({ host: { ...host, nodeApi: '8', node: 'v18.0.0' } })).toBe(
      'The native engine needs Node-API 9, and Node.js v18.0.0 offers 8. Use Node.js 24 or newer.',
    );
  });

  it('says what the real loader refused: a shared library that has no code', () => {
    const folder = createFolder();
    writeFileSync(join(folder, fileName), elf(62));
    const { load: _fake, ...rest } = options({ folder });
    expect(() => loadAddon(rest)).toThrow(/\.node does not load \(/);
  });

  it.each([
    ["/lib/libc.so.6: version `GLIBC_2.38' not found (required by x)", 'needs glibc 2.38 or newer'],
    ['libc.musl-x86_64.so.1: cannot open shared object file', 'is made for musl'],
    ['Error loading shared library ld-linux-x86-64.so.2: No such file', 'is made for glibc'],
    ['Error relocating a.node: __memcpy_chk: symbol not found', 'is made for glibc'],
    ['libgcc_s.so.1: cannot open shared object file: No such', 'needs the library libgcc_s.so.1'],
    [
      'was compiled against a different Node.js version using\nNODE_MODULE_VERSION 108. This version ' +
        'of Node.js requires\nNODE_MODULE_VERSION 137.',
      'is made for Node.js ABI 108, and v24.21.0 has 137',
    ],
    ["Module did not self-register: 'a.node'.", 'is a shared library, but no addon'],
    ['something new\nand more', 'does not load (something new)'],
  ])('is put in our words: %s', (message, reason) => {
    expect(explainLoadFailure(message, host)).toContain(reason);
  });
});

describe('whether a binary is there', () => {
  it('is asked without loading it, and holds for one that does not work', () => {
    const folder = createFolder();
    expect(findMissingAddon(options({ folder }))).toMatch(/^There is no binary .* needs Rust\.$/);
    writeFileSync(join(folder, fileName), 'damaged');
    expect(findMissingAddon(options({ folder }))).toBeUndefined();
    // What was asked for by name has to work.
    expect(findMissingAddon(options({ path: join(folder, 'gone.node') }))).toBeUndefined();
  });
});

describe('platform names', () => {
  it.each<[Partial<AddonHost>, string]>([
    [{}, 'linux-x64-gnu'],
    [{ glibc: undefined }, 'linux-x64-musl'],
    [{ arch: 'arm64' }, 'linux-arm64-gnu'],
    [{ platform: 'darwin', arch: 'arm64', glibc: undefined }, 'darwin-arm64'],
    [{ platform: 'win32', glibc: undefined }, 'win32-x64-msvc'],
  ])('follow the convention of napi: %o', (part, name) => {
    expect(toPlatformName({ ...host, ...part })).toBe(name);
  });
});
