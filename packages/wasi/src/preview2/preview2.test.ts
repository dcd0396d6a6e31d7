import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bytesInput } from '../core/stdio.js';
import { ProcessExit } from '../core/process-exit.js';
import type { Descriptor } from './descriptor.js';
import type { DescriptorFlags, OpenFlags } from './filesystem-types.js';
import {
  createPreview2Host,
  preview2Offer,
  type Preview2Host,
  type Preview2HostOptions,
} from './imports.js';
import type { Pollable } from './pollable.js';
import type { Result } from './result.js';
import type { InputStream, OutputStream } from './streams.js';

/** What these tests call, typed as the glue takes it. */
interface Imports {
  readonly 'wasi:cli/environment': {
    getEnvironment(): readonly (readonly [string, string])[];
    getArguments(): readonly string[];
  };
  readonly 'wasi:cli/exit': {
    exit(status: Result<void, void>): never;
    exitWithCode(code: number): never;
  };
  readonly 'wasi:cli/stdin': { getStdin(): InputStream };
  readonly 'wasi:cli/stdout': { getStdout(): OutputStream };
  readonly 'wasi:clocks/monotonic-clock': {
    now(): bigint;
    subscribeDuration(ns: bigint): Pollable;
    subscribeInstant(ns: bigint): Pollable;
  };
  readonly 'wasi:clocks/wall-clock': { now(): { seconds: bigint; nanoseconds: number } };
  readonly 'wasi:random/random': {
    getRandomBytes(length: bigint): Uint8Array;
    getRandomU64(): bigint;
  };
  readonly 'wasi:io/poll': { poll(list: readonly Pollable[]): Promise<Uint32Array> };
  readonly 'wasi:filesystem/preopens': {
    getDirectories(): readonly (readonly [Descriptor, string])[];
  };
  readonly 'wasi:filesystem/types': { filesystemErrorCode(error: unknown): string | undefined };
  readonly 'wasi:sockets/tcp-create-socket': { createTcpSocket(): unknown };
  readonly 'wasi:http/outgoing-handler': { handle(request: Disposable): unknown };
}

function open(options: Partial<Preview2HostOptions> = {}): {
  host: Preview2Host;
  imports: Imports;
  written: string[];
} {
  const written: string[] = [];
  const host = createPreview2Host({
    args: ['program'],
    environment: [],
    stdio: {
      stdin: bytesInput(Buffer.from('hello')),
      stdout: (bytes) => void written.push(Buffer.from(bytes).toString()),
      stderr: () => undefined,
    },
    preopens: [],
    onFailure: (reason) => {
      throw reason as Error;
    },
    ...options,
  });
  onTestFinished(() => {
    host.close();
  });
  return { host, imports: host.imports as unknown as Imports, written };
}

function value<Value>(result: Result<Value, unknown>): Value {
  if (result.tag === 'err') throw new Error(`err ${JSON.stringify(result.val)}`);
  return result.val;
}

describe('wasi:cli', () => {
  it('gives arguments and the exact environment', () => {
    const { imports } = open({
      args: ['a', ''],
      environment: [
        ['A', '1'],
        ['__proto__', 'x'],
        ['A', '2'],
      ],
    });
    expect(imports['wasi:cli/environment'].getArguments()).toEqual(['a', '']);
    expect(imports['wasi:cli/environment'].getEnvironment()).toEqual([
      ['A', '2'],
      ['__proto__', 'x'],
    ]);
  });

  it('exits by throwing', () => {
    const { exit, exitWithCode } = open().imports['wasi:cli/exit'];
    expect(() => exit({ tag: 'ok', val: undefined })).toThrow(new ProcessExit(0));
    expect(() => exit({ tag: 'err', val: undefined })).toThrow(new ProcessExit(1));
    expect(() => exitWithCode(7)).toThrow(new ProcessExit(7));
  });
});

describe('wasi:io/streams', () => {
  it('reads to the end, which is closed', () => {
    const stdin = open().imports['wasi:cli/stdin'].getStdin();
    expect(value(stdin.read(0n))).toHaveLength(0);
    expect(Buffer.from(value(stdin.blockingRead(2n))).toString()).toBe('he');
    expect(value(stdin.skip(2n))).toBe(2n);
    expect(Buffer.from(value(stdin.read(1n << 60n))).toString()).toBe('o');
    expect(stdin.read(1n)).toEqual({ tag: 'err', val: { tag: 'closed' } });
  });

  it('writes what it is given, zeroes, and what another stream holds', () => {
    const { imports, written } = open();
    const stdout = imports['wasi:cli/stdout'].getStdout();
    expect(value(stdout.checkWrite())).toBeGreaterThanOrEqual(4096n);
    stdout.blockingWriteAndFlush(Buffer.from('one'));
    stdout.writeZeroes(2n);
    expect(value(stdout.splice(imports['wasi:cli/stdin'].getStdin(), 100n))).toBe(5n);
    expect(written).toEqual(['one', '\0\0', 'hello']);
  });

  it('traps where the guest asks for more zeroes than it may', () => {
    const stdout = open().imports['wasi:cli/stdout'].getStdout();
    expect(() => stdout.writeZeroes(1n << 40n)).toThrow(WebAssembly.RuntimeError);
  });

  it('passes on what a sink throws, which is not the guest’s business', () => {
    const tooLong = new Error('a line is too long');
    const { imports } = open({
      stdio: {
        stdin: bytesInput(new Uint8Array()),
        stdout: () => {
          throw tooLong;
        },
        stderr: () => undefined,
      },
    });
    expect(() => imports['wasi:cli/stdout'].getStdout().write(new Uint8Array(1))).toThrow(tooLong);
  });
});

describe('wasi:io/poll and wasi:clocks', () => {
  it('waits for the nearest and tells all that are ready', async () => {
    const waits: boolean[] = [];
    const { imports } = open({ onWaiting: (waiting) => waits.push(waiting) });
    const { now, subscribeDuration, subscribeInstant } = imports['wasi:clocks/monotonic-clock'];
    const start = now();
    const list = [
      subscribeDuration(3_600_000_000_000n),
      subscribeInstant(start + 5_000_000n),
      subscribeInstant(start + 5_000_000n),
    ];
    expect(list.map((pollable) => pollable.ready())).toEqual([false, false, false]);
    expect([...(await imports['wasi:io/poll'].poll(list))]).toEqual([1, 2]);
    expect(now() - start).toBeGreaterThanOrEqual(5_000_000n);
    expect(waits).toEqual([true, false]);
  });

  it('does not wait when something is ready', async () => {
    const waits: boolean[] = [];
    const { imports } = open({ onWaiting: (waiting) => waits.push(waiting) });
    const ready = imports['wasi:cli/stdin'].getStdin().subscribe();
    const later = imports['wasi:clocks/monotonic-clock'].subscribeDuration(3_600_000_000_000n);
    expect([...(await imports['wasi:io/poll'].poll([later, ready]))]).toEqual([1]);
    await ready.block();
    expect(waits).toEqual([]);
  });

  it.each(['sleeping', 'about to sleep', 'polling'])(
    'reports the end of a run that is %s, and lets the guest wait on',
    async (when) => {
      const failure = Promise.withResolvers<unknown>();
      const abort = new AbortController();
      const { imports } = open({ signal: abort.signal, onFailure: failure.resolve });
      const durationNs = when === 'polling' ? 0n : 3_600_000_000_000n;
      if (when !== 'sleeping') abort.abort('over');
      let settled = false;
      const blocked = imports['wasi:clocks/monotonic-clock'].subscribeDuration(durationNs).block();
      void blocked.finally(() => (settled = true));
      abort.abort('over');
      expect(await failure.promise).toBe('over');
      await new Promise(setImmediate);
      expect(settled).toBe(false);
    },
  );

  it('fails for an empty list', async () => {
    const failure = Promise.withResolvers<unknown>();
    const { imports } = open({ onFailure: failure.resolve });
    void imports['wasi:io/poll'].poll([]);
    expect(await failure.promise).toBeInstanceOf(WebAssembly.RuntimeError);
  });

  it('bounds how much a guest holds open of the host', () => {
    const { subscribeDuration } = open().imports['wasi:clocks/monotonic-clock'];
    for (let made = 0; made < 300_000; made += 1) subscribeDuration(0n)[Symbol.dispose]();
    expect(() => {
      for (let made = 0; made < 300_000; made += 1) subscribeDuration(0n);
    }).toThrow(WebAssembly.RuntimeError);
  });

  it('tells the time of day', () => {
    const { seconds, nanoseconds } = open().imports['wasi:clocks/wall-clock'].now();
    expect(Math.abs(Number(seconds) - Date.now() / 1000)).toBeLessThan(2);
    expect(nanoseconds).toBeLessThan(1e9);
  });
});

describe('wasi:random', () => {
  it('gives as many bytes as asked, and other ones each time', () => {
    const { getRandomBytes, getRandomU64 } = open().imports['wasi:random/random'];
    expect(getRandomBytes(33n)).toHaveLength(33);
    expect(getRandomBytes(16n)).not.toEqual(getRandomBytes(16n));
    expect(getRandomU64()).not.toBe(getRandomU64());
    expect(() => getRandomBytes(1n << 40n)).toThrow(WebAssembly.RuntimeError);
  });
});

describe('what is denied', () => {
  it('answers for sockets and HTTP', () => {
    const { imports } = open();
    expect(imports['wasi:sockets/tcp-create-socket'].createTcpSocket()).toEqual({
      tag: 'err',
      val: 'access-denied',
    });
    expect(
      imports['wasi:http/outgoing-handler'].handle({ [Symbol.dispose]: () => undefined }),
    ).toEqual({
      tag: 'err',
      val: { tag: 'HTTP-request-denied' },
    });
  });

  it('offers nothing beyond WASI', () => {
    expect(preview2Offer('wasi:io/poll')?.has('poll')).toBe(true);
    expect(preview2Offer('wasi:keyvalue/store')).toBeUndefined();
    expect(preview2Offer('__proto__')).toBeUndefined();
  });
});

const noFlags: DescriptorFlags = {};
const reading: DescriptorFlags = { read: true };
const writing: DescriptorFlags = { read: true, write: true };
const creating: OpenFlags = { create: true, truncate: true };

function openDirectory(access: 'read-only' | 'read-write' = 'read-write'): {
  root: Descriptor;
  path: string;
  host: Preview2Host;
  imports: Imports;
} {
  const path = mkdtempSync(join(tmpdir(), 'wasmwhisk-preview2-'));
  onTestFinished(() => {
    rmSync(path, { recursive: true });
  });
  writeFileSync(join(path, 'hello.txt'), 'hello');
  const { imports, host } = open({ preopens: [{ hostPath: path, guestPath: '/data', access }] });
  const [[root, name] = []] = imports['wasi:filesystem/preopens'].getDirectories();
  expect(name).toBe('/data');
  if (root === undefined) throw new Error('no directory is preopened');
  return { root, path, host, imports };
}

describe('wasi:filesystem', () => {
  it('reads a file by position and by stream', () => {
    const { root } = openDirectory();
    const file = value(root.openAt({}, 'hello.txt', {}, reading));
    const [bytes, end] = value(file.read(3n, 1n));
    expect([Buffer.from(bytes).toString(), end]).toEqual(['ell', false]);
    expect(value(file.read(3n, 5n))).toEqual([new Uint8Array(), true]);
    const stream = value(file.readViaStream(2n));
    // The stream outlives the descriptor that it was made of.
    file[Symbol.dispose]();
    expect(Buffer.from(value(stream.read(100n))).toString()).toBe('llo');
    expect(stream.read(1n)).toEqual({ tag: 'err', val: { tag: 'closed' } });
    stream[Symbol.dispose]();
    expect(file.stat()).toEqual({ tag: 'err', val: 'bad-descriptor' });
  });

  it('writes by position, by stream, and to the end', () => {
    const { root, path } = openDirectory();
    const file = value(root.openAt({}, 'new.txt', creating, writing));
    expect(value(file.write(Buffer.from('abcdef'), 0n))).toBe(6n);
    const stream = value(file.writeViaStream(2n));
    value(stream.write(Buffer.from('X')));
    value(stream.write(Buffer.from('Y')));
    value(value(file.appendViaStream()).write(Buffer.from('end')));
    expect(readFileSync(join(path, 'new.txt'), 'utf8')).toBe('abXYefend');
    value(file.setSize(2n));
    expect(value(file.stat()).size).toBe(2n);
    value(file.sync());
    value(file.syncData());
  });

  it('says what a descriptor is and may', () => {
    const { root } = openDirectory();
    const file = value(root.openAt({}, 'hello.txt', {}, reading));
    expect(value(root.getType())).toBe('directory');
    expect(value(root.getFlags())).toEqual({ read: true, mutateDirectory: true });
    expect(value(file.getType())).toBe('regular-file');
    expect(value(file.getFlags())).toEqual({ read: true, write: false });
    const same = value(root.openAt({}, 'hello.txt', {}, reading));
    expect([file.isSameObject(same), file.isSameObject(root)]).toEqual([true, false]);
    expect(value(file.metadataHash())).toEqual(value(root.metadataHashAt({}, 'hello.txt')));
  });

  it('lists, makes, renames, links and removes', () => {
    const { root } = openDirectory();
    value(root.createDirectoryAt('inner'));
    value(root.renameAt('hello.txt', root, 'inner/moved.txt'));
    value(root.linkAt({}, 'inner/moved.txt', root, 'second.txt'));
    value(root.symlinkAt('inner/moved.txt', 'link'));
    expect(value(root.readlinkAt('link'))).toBe('inner/moved.txt');
    expect(value(root.statAt({}, 'link')).type).toBe('symbolic-link');
    expect(value(root.statAt({ symlinkFollow: true }, 'link')).linkCount).toBe(2n);
    const entries = value(root.readDirectory());
    const names: string[] = [];
    for (
      let entry = value(entries.readDirectoryEntry());
      entry;
      entry = value(entries.readDirectoryEntry())
    )
      names.push(`${entry.name} ${entry.type}`);
    expect(names.sort()).toEqual([
      'inner directory',
      'link symbolic-link',
      'second.txt regular-file',
    ]);
    value(root.unlinkFileAt('inner/moved.txt'));
    value(root.removeDirectoryAt('inner'));
    expect(root.statAt({}, 'inner')).toEqual({ tag: 'err', val: 'no-entry' });
  });

  it('sets times', () => {
    const { root } = openDirectory();
    const at = {
      tag: 'timestamp',
      val: { seconds: 1_000_000_000n, nanoseconds: 500_000_000 },
    } as const;
    value(root.setTimesAt({}, 'hello.txt', { tag: 'no-change' }, at));
    expect(value(root.statAt({}, 'hello.txt')).dataModificationTimestamp).toEqual(at.val);
    value(root.setTimesAt({}, 'hello.txt', { tag: 'now' }, { tag: 'now' }));
    const { seconds } = value(root.statAt({}, 'hello.txt')).dataAccessTimestamp;
    expect(Math.abs(Number(seconds) - Date.now() / 1000)).toBeLessThan(5);
  });

  it('names what is refused', () => {
    const { root, path } = openDirectory();
    symlinkSync('/etc/passwd', join(path, 'out'));
    const file = value(root.openAt({}, 'hello.txt', {}, reading));
    const code = (result: Result<unknown, unknown>): unknown =>
      result.tag === 'err' ? result.val : 'ok';
    expect(code(root.openAt({}, 'missing', {}, reading))).toBe('no-entry');
    expect(code(root.openAt({}, '../x', {}, reading))).toBe('not-permitted');
    expect(code(root.openAt({}, '/etc/passwd', {}, reading))).toBe('not-permitted');
    expect(code(root.openAt({ symlinkFollow: true }, 'out', {}, reading))).toBe('not-permitted');
    expect(code(root.openAt({}, 'out', {}, reading))).toBe('loop');
    expect(code(file.openAt({}, 'x', {}, noFlags))).toBe('not-directory');
    expect(code(file.write(new Uint8Array(1), 0n))).toBe('bad-descriptor');
    expect(code(file.writeViaStream(0n))).toBe('bad-descriptor');
    expect(code(root.readViaStream(0n))).toBe('is-directory');
    expect(code(root.createDirectoryAt('hello.txt'))).toBe('exist');
    expect(code(root.removeDirectoryAt('hello.txt'))).toBe('not-directory');
    expect(code(root.linkAt({ symlinkFollow: true }, 'hello.txt', root, 'x'))).toBe('invalid');
  });

  it('changes nothing where it may only read', () => {
    const { root } = openDirectory('read-only');
    expect(value(root.getFlags())).toEqual({ read: true, mutateDirectory: false });
    const refused = [
      root.openAt({}, 'hello.txt', {}, writing),
      root.openAt({}, 'new.txt', creating, reading),
      root.createDirectoryAt('x'),
      root.unlinkFileAt('hello.txt'),
      root.renameAt('hello.txt', root, 'x'),
    ];
    expect(refused).toEqual(refused.map(() => ({ tag: 'err', val: 'not-permitted' })));
    expect(root.openAt({}, '.', {}, { mutateDirectory: true })).toEqual({
      tag: 'err',
      val: 'read-only',
    });
  });

  it('tells why a stream of a file failed', () => {
    const { root, host, imports } = openDirectory();
    const stream = value(value(root.openAt({}, 'hello.txt', {}, reading)).readViaStream(0n));
    host.close();
    const failed = stream.read(1n);
    if (failed.tag !== 'err' || failed.val.tag !== 'last-operation-failed')
      throw new Error('it did not fail');
    expect(imports['wasi:filesystem/types'].filesystemErrorCode(failed.val.val)).toBe(
      'bad-descriptor',
    );
    expect(failed.val.val.toDebugString()).toBe('bad-descriptor');
  });

  it('bounds how much a guest holds open', () => {
    const path = mkdtempSync(join(tmpdir(), 'wasmwhisk-preview2-'));
    onTestFinished(() => {
      rmSync(path, { recursive: true });
    });
    const preopens = [{ hostPath: path, guestPath: '.', access: 'read-only' as const }];
    const { imports } = open({ preopens, descriptorsMax: 2 });
    const [[root] = []] = imports['wasi:filesystem/preopens'].getDirectories();
    expect(root?.openAt({}, '.', {}, reading).tag).toBe('ok');
    expect(root?.openAt({}, '.', {}, reading)).toEqual({ tag: 'err', val: 'quota' });
  });
});
