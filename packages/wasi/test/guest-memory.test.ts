import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  preview1Functions,
  Preview1Host,
  ProcessExit,
  type Preview1Version,
} from '@wasmwhisk/wasi';
import { compileWat, errno, playGuest, temporaryDirectory } from './guest.js';

const versions = Object.keys(preview1Functions) as Preview1Version[];

describe('pointers out of range', () => {
  const wild: readonly (readonly [name: string, args: readonly (number | bigint)[]])[] = [
    ['args_sizes_get', [131_070, 0]],
    ['args_sizes_get', [0, 131_069]],
    ['args_get', [-4, 0]],
    ['args_get', [0, -1]],
    ['clock_time_get', [0, 1n, 131_065]],
    ['random_get', [131_000, 100]],
    ['random_get', [0, -1]],
    ['fd_write', [1, -8, 1, 0]],
    ['fd_write', [1, 131_068, 1, 0]],
    ['fd_read', [0, 131_072, 1, 0]],
    ['fd_fdstat_get', [1, 131_060]],
    ['fd_filestat_get', [1, 131_010]],
    ['fd_prestat_dir_name', [3, 131_072, 1]],
    ['fd_readdir', [3, 131_000, 1000, 0n, 0]],
    ['path_open', [3, 0, -10, 5, 0, 0n, 0n, 0, 0]],
    ['path_open', [3, 0, 0, 0, 0, 0n, 0n, 0, 131_070]],
    ['poll_oneoff', [131_000, 0, 10, 0]],
    ['poll_oneoff', [0, 131_000, 10, 0]],
    ['poll_oneoff', [0, 0, 1, 131_070]],
  ];

  it.each(wild.map(([name, args]) => [name, args.join(', '), args] as const))(
    '%s(%s) is EFAULT',
    (name, _shown, args) => {
      const guest = playGuest({
        preopens: [{ hostPath: temporaryDirectory(), guestPath: '/', access: 'read-write' }],
      });
      expect(guest.call(name, ...args)).toBe(errno.fault);
    },
  );

  it('a range named by a vector is checked too', () => {
    const guest = playGuest({ stdin: 'abc' });
    const answer = guest.room(4);
    expect(guest.call('fd_write', 1, ...guest.vectors([131_000, 1000]), answer)).toBe(errno.fault);
    expect(guest.call('fd_read', 0, ...guest.vectors([-1 >>> 0, 1]), answer)).toBe(errno.fault);
    expect(guest.stdout()).toBe('');
  });

  it('a file is not created when there is no place for its number', () => {
    const hostPath = temporaryDirectory();
    const guest = playGuest({ preopens: [{ hostPath, guestPath: '/', access: 'read-write' }] });
    const path = guest.text('new');
    expect(guest.call('path_open', 3, 0, ...path, 1 | 4, 64n, 0n, 0, -1)).toBe(errno.fault);
    expect(guest.call('path_open', 3, 0, ...path, 1 | 4, 64n, 0n, 0, 0)).toBe(errno.success);
  });

  it('before there is a memory, every pointer is out of range', () => {
    const { host } = playGuest();
    const other = new Preview1Host({
      args: [],
      environment: [],
      preopens: [],
      stdio: { stdin: { read: () => new Uint8Array() }, stdout: () => 0, stderr: () => 0 },
    });
    const { args_sizes_get: call } = other.imports('wasi_snapshot_preview1', ['args_sizes_get']);
    expect((call as (a: number, b: number) => number)(0, 4)).toBe(errno.fault);
    other.close();
    host.close();
  });

  const number32 = fc.oneof(
    fc.integer({ min: 0, max: 5 }),
    fc.integer({ min: 0, max: 2000 }),
    fc.constantFrom(-1, -8, 131_064, 131_071, 131_072, 0x7fff_ffff, -0x8000_0000),
    fc.integer(),
  );
  const number64 = fc.oneof(
    fc.constantFrom(0n, 1n, 64n, -1n, 0x1fff_ffffn),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  );

  it.each(versions)('whatever a guest passes to %s, it hears an errno', (version) => {
    const hostPath = temporaryDirectory();
    writeFileSync(join(hostPath, 'a'), 'text');
    const functions = [...preview1Functions[version]].filter(
      // A poll may wait for centuries, rightly; it has tests of its own.
      ([name]) => name !== 'poll_oneoff',
    );
    const call = fc
      .constantFrom(...functions)
      .chain(([name, { params }]) =>
        fc.tuple(
          fc.constant(name),
          fc.tuple(...Array.from(params, (type) => (type === 'I' ? number64 : number32))),
        ),
      );
    const guest = playGuest({
      version,
      stdin: 'x'.repeat(1000),
      preopens: [{ hostPath, guestPath: '/', access: 'read-write' }],
    });
    // Something to find at small addresses: paths and vectors.
    const small = new Uint8Array(guest.memory.buffer, 0, 2048);
    fc.assert(
      fc.property(
        call,
        fc.constantFrom('a\0b/../../c', '\x04\0\0\0\x08\0\0\0', '../..//a'),
        ([name, args], text) => {
          small.fill(0);
          small.set(Buffer.from(text.repeat(20)));
          try {
            const answer = guest.call(name, ...args);
            expect(Number.isInteger(answer) && answer >= 0 && answer < 77).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(ProcessExit);
          }
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe('a memory that grows', () => {
  it('is seen as it is now', () => {
    const module = compileWat(`(module
      (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
      (memory (export "memory") 1)
      (func (export "fill") (param $at i32) (result i32) (call $random (local.get $at) (i32.const 8)))
      (func (export "grow") (drop (memory.grow (i32.const 1)))))`);
    const { host } = playGuest();
    const { exports } = new WebAssembly.Instance(module, {
      wasi_snapshot_preview1: host.imports('wasi_snapshot_preview1', ['random_get']),
    });
    const memory = exports['memory'] as WebAssembly.Memory;
    host.attachMemory(memory);
    const fill = exports['fill'] as (at: number) => number;
    expect(fill(0)).toBe(errno.success);
    expect(fill(65_536)).toBe(errno.fault);
    (exports['grow'] as () => void)();
    expect(fill(65_536)).toBe(errno.success);
    expect(new Uint8Array(memory.buffer, 65_536, 8).some((byte) => byte !== 0)).toBe(true);
    expect(fill(131_065)).toBe(errno.fault);
  });

  it('may be shared', () => {
    const module = compileWat(`(module
      (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "fd_prestat_dir_name" (func $name (param i32 i32 i32) (result i32)))
      (memory (export "memory") 1 2 shared)
      (func (export "fill") (result i32) (call $random (i32.const 0) (i32.const 8)))
      (func (export "name") (result i32) (call $name (i32.const 3) (i32.const 16) (i32.const 1))))`);
    const { host } = playGuest({
      preopens: [{ hostPath: temporaryDirectory(), guestPath: '/', access: 'read-only' }],
    });
    const { exports } = new WebAssembly.Instance(module, {
      wasi_snapshot_preview1: host.imports('wasi_snapshot_preview1', [
        'random_get',
        'fd_prestat_dir_name',
      ]),
    });
    const memory = exports['memory'] as WebAssembly.Memory;
    host.attachMemory(memory);
    expect((exports['fill'] as () => number)()).toBe(errno.success);
    expect((exports['name'] as () => number)()).toBe(errno.success);
    const bytes = new Uint8Array(memory.buffer);
    expect(bytes.subarray(0, 8).some((byte) => byte !== 0)).toBe(true);
    expect(bytes[16]).toBe('/'.charCodeAt(0));
  });
});
