import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compileWat, errno, playGuest, temporaryDirectory } from './guest.js';

/** Makes a link, then opens through it: a guest that tries to get out by itself. */
const climberWat = `(module
  (import "wasi_snapshot_preview1" "path_symlink" (func $symlink (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "../outside")
  (data (i32.const 16) "link")
  (data (i32.const 32) "link/secret")
  (func (export "climb") (param $flags i32) (result i32)
    (drop (call $symlink (i32.const 0) (i32.const 10) (i32.const 3) (i32.const 16) (i32.const 4)))
    (call $open (i32.const 3) (i32.const 1) (i32.const 32) (i32.const 11) (local.get $flags) (i64.const 66) (i64.const 0) (i32.const 0) (i32.const 64))))`;

it('lets no guest climb out over a link of its own', () => {
  const base = temporaryDirectory();
  mkdirSync(join(base, 'inside'));
  mkdirSync(join(base, 'outside'));
  writeFileSync(join(base, 'outside/secret'), 'secret');
  const { host } = playGuest({
    preopens: [{ hostPath: join(base, 'inside'), guestPath: '.', access: 'read-write' }],
  });
  const { exports } = new WebAssembly.Instance(compileWat(climberWat), {
    wasi_snapshot_preview1: host.imports('wasi_snapshot_preview1', ['path_symlink', 'path_open']),
  });
  host.attachMemory(exports['memory'] as WebAssembly.Memory);
  const climb = exports['climb'] as (flags: number) => number;
  expect(climb(0)).toBe(errno.perm);
  expect(climb(1)).toBe(errno.perm);
  expect(climb(1 | 8)).toBe(errno.perm);
  expect(readdirSync(join(base, 'inside'))).toEqual(['link']);
  expect(readdirSync(join(base, 'outside'))).toEqual(['secret']);
});
