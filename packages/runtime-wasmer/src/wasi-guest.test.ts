import { describe, expect, it } from 'vitest';
import wabt from 'wabt';
import { toRunError } from './errors.js';
import { planLink, WasmerHost } from './wasi-guest.js';

const toolkit = await wabt();

const signatures = {
  fd_write: '(param i32 i32 i32 i32) (result i32)',
  fd_read: '(param i32 i32 i32 i32) (result i32)',
  fd_renumber: '(param i32 i32) (result i32)',
  fd_seek: '(param i32 i64 i32 i32) (result i32)',
  clock_time_get: '(param i32 i64 i32) (result i32)',
  random_get: '(param i32 i32) (result i32)',
  poll_oneoff: '(param i32 i32 i32 i32) (result i32)',
  proc_raise: '(param i32) (result i32)',
} as const;

/** A module that imports all of these, with 16 pages of memory and the given fields. */
function compile(fields: string): WebAssembly.Module {
  const imports = Object.entries(signatures).map(
    ([name, type]) => `(import "wasi_snapshot_preview1" "${name}" (func $${name} ${type}))`,
  );
  const parsed = toolkit.parseWat(
    'guest.wat',
    `(module ${imports.join('\n')} (memory (export "memory") 16) ${fields})`,
    {},
  );
  try {
    return new WebAssembly.Module(parsed.toBinary({}).buffer.slice());
  } finally {
    parsed.destroy();
  }
}

/** Runs `_start` with this body; gives its exit code, and what it wrote piece by piece. */
async function run(
  body: string,
  options: { readonly stdin?: string; readonly fields?: string } = {},
) {
  const host = new WasmerHost();
  await host.load();
  const written: string[] = [];
  let stdin = Buffer.from(options.stdin ?? '');
  const exitCode = host.withGuest(
    planLink(compile(`${options.fields ?? ''} (func (export "_start") ${body})`)),
    {
      args: ['guest'],
      environment: [],
      streams: {
        readStdin: (maxBytes) => {
          const piece = stdin.subarray(0, maxBytes);
          stdin = stdin.subarray(piece.length);
          return piece;
        },
        writeStdout: (bytes) => written.push(`out ${Buffer.from(bytes).toString()}`),
        writeStderr: (bytes) => written.push(`err ${Buffer.from(bytes).toString()}`),
      },
    },
    (guest) => guest.start(),
  );
  return { exitCode, written };
}

/** Traps unless the call gives this error number. */
const expectErrno = (errno: number, call: string): string =>
  `(if (i32.ne ${call} (i32.const ${String(errno)})) (then unreachable))`;

describe('WasmerHost', () => {
  it('passes output on as it comes, in the order of the guest', async () => {
    const vectors = `(data (i32.const 0) "\\40\\00\\00\\00\\01\\00\\00\\00\\41\\00\\00\\00\\01\\00\\00\\00") (data (i32.const 64) "ab")`;
    const write = (fd: number, vector: number): string =>
      expectErrno(
        0,
        `(call $fd_write (i32.const ${String(fd)}) (i32.const ${String(vector)}) (i32.const 1) (i32.const 32))`,
      );
    const { written } = await run(`${write(1, 0)} ${write(2, 8)} ${write(1, 8)}`, {
      fields: vectors,
    });
    expect(written).toEqual(['out a', 'err b', 'out b']);
  });

  it('cuts a write that names more memory than a pipe takes', async () => {
    // 1,000 entries of 1 MiB each would make Wasmer copy 1 GiB.
    const { written } = await run(
      `(local $i i32)
       (loop $next
         (i32.store offset=4 (i32.mul (local.get $i) (i32.const 8)) (i32.const 0x100000))
         (local.set $i (i32.add (local.get $i) (i32.const 1)))
         (br_if $next (i32.lt_u (local.get $i) (i32.const 1000))))
       ${expectErrno(0, '(call $fd_write (i32.const 1) (i32.const 0) (i32.const 1000) (i32.const 9000))')}
       (if (i32.ne (i32.load (i32.const 9000)) (i32.const 65536)) (then unreachable))`,
    );
    expect(written).toHaveLength(1);
    expect(written[0]).toHaveLength('out '.length + 65_536);
  });

  it('gives stdin once and then its end', async () => {
    const read = `(drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))`;
    const echo = `(i32.store (i32.const 4) (i32.load (i32.const 8)))
      (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 12)))
      (i32.store (i32.const 4) (i32.const 4))`;
    const { written } = await run(
      `(i32.store (i32.const 0) (i32.const 64)) (i32.store (i32.const 4) (i32.const 4))
       ${read} ${echo} ${read} ${echo} ${read}
       (if (i32.load (i32.const 8)) (then unreachable))`,
      { stdin: 'snow ice' },
    );
    expect(written).toEqual(['out snow', 'out  ice']);
  });

  it('fills more random bytes than fit into a pipe', async () => {
    await run(
      `${expectErrno(0, '(call $random_get (i32.const 0) (i32.const 200000))')}
       (if (i64.eqz (i64.load (i32.const 199992))) (then unreachable))`,
    );
  });

  it.each([
    [
      'a sleep',
      expectErrno(
        58,
        '(call $poll_oneoff (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128))',
      ),
    ],
    [
      'an unknown clock',
      expectErrno(28, '(call $clock_time_get (i32.const 9) (i64.const 1) (i32.const 0))'),
    ],
    [
      'an unknown direction',
      expectErrno(28, '(call $fd_seek (i32.const 1) (i64.const 0) (i32.const 3) (i32.const 0))'),
    ],
  ])(
    'answers %s with an error number, where Wasmer panics or hides output',
    async (_what, body) => {
      expect((await run(body)).exitCode).toBe(0);
    },
  );

  it('answers a start function that writes, for which Wasmer panics, with an error number', async () => {
    const fields = `(func $early ${expectErrno(58, '(call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))')}) (start $early)`;
    expect((await run('', { fields })).exitCode).toBe(0);
  });

  it('reports a raised signal as shells do', async () => {
    expect((await run('(drop (call $proc_raise (i32.const 6)))')).exitCode).toBe(134);
  });

  it('calls an exhausted stack a trap of the guest, wherever it ends, and serves on', async () => {
    // Each frame calls the host. Frames of different sizes make the stack end in different places of it.
    for (let locals = 0; locals < 12; locals += 1) {
      const fields = `(func $deep (param ${'i64 '.repeat(locals)})
        (drop (call $random_get (i32.const 0) (i32.const 8)))
        (call $deep ${Array.from({ length: locals }, (_, index) => `(local.get ${String(index)})`).join(' ')})
        (drop (call $random_get (i32.const 0) (i32.const 8))))`;
      const body = `(call $deep ${'(i64.const 1) '.repeat(locals)})`;
      const error: unknown = await run(body, { fields }).catch((thrown: unknown) => thrown);
      expect(toRunError(error).details.trap).toBe('stack-overflow');
      // The host was left halfway: the next run has a new one.
      const later = await run(expectErrno(0, '(call $random_get (i32.const 0) (i32.const 8))'));
      expect(later.exitCode).toBe(0);
    }
  });

  it('names the function that Wasmer lacks', async () => {
    const host = new WasmerHost();
    await host.load();
    const parsed = toolkit.parseWat(
      'guest.wat',
      '(module (import "wasi_snapshot_preview1" "path_fly" (func (param i32 i32 i32) (result i32))))',
      {},
    );
    const module = new WebAssembly.Module(parsed.toBinary({}).buffer.slice());
    expect(host.missingCall(planLink(module))).toBe('wasi_snapshot_preview1.path_fly');
  });
});
