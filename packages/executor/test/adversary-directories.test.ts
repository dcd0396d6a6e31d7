import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findMissingAddon } from '@wasmwhisk/runtime-wasmtime';
import { commandOf, startTarget, startTargetBy } from './adversary.js';

const maker = commandOf('(drop (call $create (i32.const 3) (i32.const 256) (i32.const 1)))', {
  imports: `
    (import "wasi_snapshot_preview1" "path_create_directory"
      (func $create (param i32 i32 i32) (result i32)))
    (data (i32.const 256) "a")`,
});
const finder = commandOf(
  `(if (call $stat (i32.const 3) (i32.const 0) (i32.const 256) (i32.const 1) (i32.const 512))
    (then (return)))
  unreachable`,
  {
    imports: `
    (import "wasi_snapshot_preview1" "path_filestat_get"
      (func $stat (param i32 i32 i32 i32 i32) (result i32)))
    (data (i32.const 256) "a")`,
  },
);
const dir = { annotations: { dir: '/data' } };

/** Runs a command as process 1 of a PID namespace, which ends with it. */
const inNamespace = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'];
const trial = spawnSync('unshare', [...inNamespace.slice(1), 'true'], { encoding: 'utf8' });
const noNamespace = trial.status === 0 ? undefined : (trial.error?.message ?? trial.stderr.trim());

/** Makes directories in directories, always below the one just made: 300 names of 200 letters. */
const deepDigger = commandOf(
  `(local $fd i32) (local $depth i32)
  (local.set $fd (i32.const 3))
  (memory.fill (i32.const 256) (i32.const 97) (i32.const 200))
  (loop $deeper
    (drop (call $create (local.get $fd) (i32.const 256) (i32.const 200)))
    (if (call $open (local.get $fd) (i32.const 0) (i32.const 256) (i32.const 200)
        (i32.const 2) (i64.const 2) (i64.const 2) (i32.const 0) (i32.const 512))
      (then unreachable))
    (if (i32.ne (local.get $fd) (i32.const 3)) (then (drop (call $close (local.get $fd)))))
    (local.set $fd (i32.load (i32.const 512)))
    (local.set $depth (i32.add (local.get $depth) (i32.const 1)))
    (br_if $deeper (i32.lt_u (local.get $depth) (i32.const 300))))`,
  {
    imports: `
    (import "wasi_snapshot_preview1" "path_create_directory"
      (func $create (param i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "path_open"
      (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))`,
  },
);

/** Makes empty directories without end, with names of eight letters. */
const endlessMaker = commandOf(
  `(local $name i64)
  (loop $next
    (i64.store (i32.const 256) (i64.or (local.get $name) (i64.const 0x4040404040404040)))
    (local.set $name (i64.and (i64.add (local.get $name) (i64.const 1)) (i64.const 0x1f1f)))
    (drop (call $create (i32.const 3) (i32.const 256) (i32.const 8)))
    (drop (call $remove (i32.const 3) (i32.const 256) (i32.const 7)))
    (br $next))`,
  {
    imports: `
    (import "wasi_snapshot_preview1" "path_create_directory"
      (func $create (param i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "path_remove_directory"
      (func $remove (param i32 i32 i32) (result i32)))`,
  },
);

const noWasmtime = findMissingAddon();
const runtimes = ['v8', ...(noWasmtime === undefined ? ['wasmtime'] : [])];

function createRoot(): string {
  const root = mkdtempSync(path.join(tmpdir(), 'adversary-test-'));
  onTestFinished(() => {
    rmSync(root, { recursive: true });
  });
  return root;
}

describe('A guest with a directory', () => {
  it('cannot make a tree that outlives its container, or the executor with it', async () => {
    const root = createRoot();
    const target = await startTarget('--set', `policy.directoryRoot=${root}`);
    expect((await target.init('deep', deepDigger, dir)).status).toBe(200);
    expect((await target.run('deep')).status).toBe(200);
    expect((await target.post('/deep/destroy', '')).status).toBe(200);
    const [own = ''] = readdirSync(root);
    expect(readdirSync(path.join(root, own, 'files'))).toEqual([]);
    expect(target.alive).toBe(true);
  });

  it('never finds what a container of the same id left in a process that was killed', async () => {
    const root = createRoot();
    const first = await startTarget('--set', `policy.directoryRoot=${root}`);
    await first.init('same', maker, dir);
    expect((await first.run('same')).status).toBe(200);
    await first.kill();
    const second = await startTarget('--set', `policy.directoryRoot=${root}`);
    await second.init('same', finder, dir);
    expect((await second.run('same')).status).toBe(200);
    // What was left is swept, since nobody else would.
    expect(readdirSync(root)).toHaveLength(1);
  });

  it.skipIf(noNamespace !== undefined)(
    `keeps its directory while executors of other PID namespaces begin at the same place${
      noNamespace === undefined ? '' : ` (no namespace here: ${noNamespace})`
    }`,
    async () => {
      const root = createRoot();
      const set = ['--set', `policy.directoryRoot=${root}`];
      const living = await startTarget(...set);
      expect((await living.init('same', maker, dir)).status).toBe(200);
      expect((await living.run('same')).status).toBe(200);
      const made = readdirSync(root, { recursive: true, encoding: 'utf8' });
      for (let round = 0; round < 2; round += 1) {
        // Neither sees the first one's process, nor each other's.
        const other = await startTargetBy(inNamespace, ...set);
        await other.init('same', finder, dir);
        expect((await other.run('same')).status).toBe(200);
      }
      expect(readdirSync(root, { recursive: true, encoding: 'utf8' })).toEqual(
        expect.arrayContaining(made),
      );
      expect((await living.run('same')).status).toBe(200);
      expect(living.alive).toBe(true);
    },
  );

  it.each(runtimes)(
    'leaves nothing behind on %s when it writes while its container goes',
    async (name) => {
      const root = createRoot();
      const set = ['--set', `policy.directoryRoot=${root}`, '--set', `runtime.name=${name}`];
      const target = await startTarget(...set);
      for (let round = 0; round < 3; round += 1) {
        expect((await target.init('busy', endlessMaker, dir)).status).toBe(200);
        const run = target.run('busy');
        // Until it writes.
        await expect
          .poll(() => readdirSync(root, { recursive: true }).length, { timeout: 10_000 })
          .toBeGreaterThan(20);
        expect((await target.post('/busy/destroy', '')).status).toBe(200);
        const [own = ''] = readdirSync(root);
        expect(readdirSync(path.join(root, own, 'files'))).toEqual([]);
        expect((await run).status).not.toBe(200);
      }
      expect(target.alive).toBe(true);
    },
  );
});
