import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { countCargoTests } from '../scripts/native/cargo-tests.ts';
import { isAllowed, LicenceSyntaxError } from '../scripts/native/licence-expression.ts';
import { renderThirdPartyLicences } from '../scripts/native/packing.ts';
import { digestSources } from '../scripts/native/sources.ts';
import {
  findToolchain,
  isNewEnough,
  nodePlatformName,
  toPlatformName,
} from '../scripts/native/toolchain.ts';

const scripts = join(import.meta.dirname, '..', 'scripts');
const toolchain = findToolchain();
const missing = 'reason' in toolchain ? toolchain.reason : undefined;

function createFolder(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'wasmwhisk-native-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** The smallest crate that Node.js loads. */
const standIn = {
  'Cargo.toml':
    '[workspace]\nresolver = "3"\nmembers = ["addon"]\n[profile.quick]\ninherits = "release"\n',
  'Cargo.lock': 'version = 4\n\n[[package]]\nname = "wasmwhisk-addon"\nversion = "0.1.0"\n',
  'addon/Cargo.toml':
    '[package]\nname = "wasmwhisk-addon"\nversion = "0.1.0"\nedition = "2024"\n' +
    '[lib]\ncrate-type = ["cdylib"]\n',
  'addon/src/lib.rs': `use std::ffi::c_void;
#[unsafe(no_mangle)]
pub extern "C" fn napi_register_module_v1(_: *mut c_void, exports: *mut c_void) -> *mut c_void {
    exports
}
`,
};

interface ScriptEnd {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function build(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): ScriptEnd {
  return spawnSync(process.execPath, [join(scripts, 'build-native.ts'), ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
}

describe.skipIf(missing !== undefined)(`building (${missing ?? 'with Rust'})`, () => {
  it('compiles once for all checkouts, and makes anew what is not what it made', () => {
    const target = createFolder();
    const out = createFolder();
    const run = (source: string): ScriptEnd =>
      build(['--quick', '--source', source, '--out', out], { WASMWHISK_NATIVE_TARGET: target });

    const source = createFolder(standIn);
    const first = run(source);
    expect(first.stderr).toMatch(/for the first time[^]*Compiling wasmwhisk-addon/);
    expect(first.status).toBe(0);
    const [path = ''] = readdirSync(out).filter((name) => name.endsWith('.node'));
    const load = createRequire(import.meta.url);
    expect(load(join(out, path))).toEqual({});

    expect(run(source)).toMatchObject({
      status: 0,
      stdout: 'The native engine is up to date (quick).\n',
      stderr: '',
    });
    // Another checkout of the same sources has nothing to compile, and neither has a damaged binary.
    truncateSync(join(out, path), 100);
    expect(run(createFolder(standIn))).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(join(out, path)).length).toBeGreaterThan(1000);

    // Other sources of another checkout share the folder, and must not get the library that lies there.
    const changed = createFolder({
      ...standIn,
      'addon/src/lib.rs': `${standIn['addon/src/lib.rs']}#[unsafe(no_mangle)]\npub static marker_of_the_other: u8 = 1;\n`,
    });
    expect(run(changed).status).toBe(0);
    expect(readFileSync(join(out, path)).includes('marker_of_the_other')).toBe(true);
    rmSync(join(target, 'finished'), { recursive: true });
    expect(run(source).status).toBe(0);
    expect(readFileSync(join(out, path)).includes('marker_of_the_other')).toBe(false);
  });

  it('fails with what the compiler said, and puts nothing in place', () => {
    const out = createFolder();
    const source = createFolder({ ...standIn, 'addon/src/lib.rs': 'not Rust' });
    const end = build(['--quick', '--if-possible', '--source', source, '--out', out], {
      WASMWHISK_NATIVE_TARGET: createFolder(),
    });
    expect(end.status).toBe(101);
    expect(end.stderr).toContain('error: ');
    expect(readdirSync(out)).toEqual([]);
  });

  it('refuses a library that Node.js does not load', () => {
    const out = createFolder();
    const source = createFolder({ ...standIn, 'addon/src/lib.rs': 'pub fn nothing() {}' });
    const end = build(['--quick', '--source', source, '--out', out], {
      WASMWHISK_NATIVE_TARGET: createFolder(),
    });
    expect(end.status).toBe(1);
    expect(end.stderr).toContain('does not load it');
    expect(readdirSync(out)).toEqual([]);
    writeFileSync(
      join(source, 'addon/Cargo.toml'),
      standIn['addon/Cargo.toml'].replace('cdylib', 'lib'),
    );
    const other = build(['--quick', '--source', source, '--out', out], {
      WASMWHISK_NATIVE_TARGET: createFolder(),
    });
    expect([other.status, other.stderr]).toEqual([1, expect.stringContaining('crate-type cdylib')]);
  });
});

describe('a machine without a new enough Rust', () => {
  function machineWith(version: string): Readonly<Record<string, string>> {
    const folder = createFolder({
      cargo: '#!/bin/sh\nexit 1\n',
      rustc: `#!/bin/sh\necho "release: ${version}"\necho "host: x86_64-unknown-linux-gnu"\n`,
    });
    for (const name of ['cargo', 'rustc']) chmodSync(join(folder, name), 0o755);
    return { PATH: folder, CARGO_HOME: createFolder() };
  }

  it('is told so, in one line on the standard output', () => {
    const out = createFolder();
    const end = build(['--if-possible', '--out', out], machineWith('1.63.0'));
    expect(end.status).toBe(69);
    expect(end.stdout).toMatch(
      /^No Rust 1\.95 or newer is here: .*cargo is 1\.63\.0\. The native engine is not built\.\n$/,
    );
    expect(build(['--out', out], { PATH: '', CARGO_HOME: out }).status).toBe(1);
    expect(readdirSync(out)).toEqual([]);
  });

  it('skips every check of the crates', () => {
    for (const rule of ['format', 'clippy', 'test']) {
      const end = spawnSync(process.execPath, [join(scripts, 'check-native.ts'), rule], {
        encoding: 'utf8',
        env: { ...process.env, ...machineWith('1.63.0') },
      });
      expect([end.status, end.stdout]).toEqual([69, expect.stringMatching(/^No Rust 1\.95/)]);
    }
  });
});

describe('versions of Rust', () => {
  it('are compared by number', () => {
    expect(['1.95.0', '1.100.0', '2.0.0', '1.96.0-nightly'].every(isNewEnough)).toBe(true);
    expect(['1.94.9', '1.63.0', '0.99.0', 'nonsense'].some(isNewEnough)).toBe(false);
  });
});

describe('names of platforms', () => {
  it('are those of napi, of a triple and of this Node.js alike', () => {
    expect(toPlatformName('x86_64-unknown-linux-gnu')).toBe('linux-x64-gnu');
    expect(toPlatformName('riscv64gc-unknown-linux-gnu')).toBe('riscv64gc-unknown-linux-gnu');
    if (!('reason' in toolchain)) expect(toPlatformName(toolchain.triple)).toBe(nodePlatformName());
  });
});

describe('the licences that are shipped', () => {
  it('stand once for each text, below all crates that have it', () => {
    const crate = (name: string, files: Readonly<Record<string, string>>) => ({
      name,
      version: '1.0.0',
      licence: 'MIT',
      folder: createFolder(files),
    });
    const text = renderThirdPartyLicences([
      crate('a', { 'LICENSE-MIT': 'Permission is granted\n', 'lib.rs': 'code' }),
      crate('b', { LICENCE: 'Permission is granted' }),
      crate('c', { 'lib.rs': 'code' }),
    ]);
    expect(text).toContain('a 1.0.0 (MIT)\nb 1.0.0 (MIT)\n\nPermission is granted\n');
    expect(text).toContain('c 1.0.0 (MIT)\n\n(The crate comes without a text of its licence.)');
    expect(text).not.toContain('code');
  });
});

describe('the digest of sources', () => {
  it('covers paths and contents, and not what cargo makes', () => {
    const digest = (files: Readonly<Record<string, string>>): string =>
      digestSources(createFolder(files));
    const plain = digest({ 'a/b.rs': '1', c: '2' });
    expect(digest({ c: '2', 'a/b.rs': '1', 'target/x': '3' })).toBe(plain);
    expect(digest({ 'a/b.rs': '1', c: '3' })).not.toBe(plain);
    expect(digest({ 'a/d.rs': '1', c: '2' })).not.toBe(plain);
  });
});

describe('the output of cargo test', () => {
  it('is added up over all crates', () => {
    const output =
      'test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\n' +
      'test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n';
    expect(countCargoTests(output, 101)).toEqual({ passed: 5, failed: 1, skipped: 1 });
    expect(countCargoTests('error: could not compile', 101).failed).toBe(1);
  });
});

describe('licence expressions', () => {
  const allowed = new Set(['MIT', 'Apache-2.0', 'Apache-2.0 WITH LLVM-exception']);

  it.each<[string, boolean]>([
    ['MIT', true],
    ['MIT/GPL-3.0', true],
    ['GPL-3.0', false],
    ['GPL-3.0 OR MIT', true],
    ['GPL-3.0 AND MIT', false],
    ['(GPL-3.0 OR MIT) AND Apache-2.0', true],
    ['GPL-3.0 OR MIT AND LGPL-2.1', false],
    ['Apache-2.0 WITH LLVM-exception', true],
    ['MIT WITH LLVM-exception', false],
  ])('%s: %s', (expression, expected) => {
    expect(isAllowed(expression, allowed)).toBe(expected);
  });

  it.each(['', 'MIT OR', '(MIT', 'MIT Apache-2.0', 'AND', 'MIT WITH'])(
    'are refused when they are none: %o',
    (expression) => {
      expect(() => isAllowed(expression, allowed)).toThrow(LicenceSyntaxError);
    },
  );
});
