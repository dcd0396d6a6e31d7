import { describe, expect, it } from 'vitest';
import type { ExternalType, ModuleImport } from '@wasmwhisk/artifact';
import type { HttpGrant } from '@wasmwhisk/runtime';
import { linkGuest } from './linked-guest.js';
import type { V8Code } from './v8-code.js';

const denied: HttpGrant = { type: 'denied', reason: 'No host is allowed.' };
const granted: HttpGrant = { type: 'granted', hosts: ['*'] };

const func = (params: readonly string[], results: readonly string[] = ['i32']): ExternalType => ({
  type: 'function',
  signature: { params, results },
});
const fdWrite = func(['i32', 'i32', 'i32', 'i32']);

function codeImporting(...imports: readonly (readonly [string, string, ExternalType])[]): V8Code {
  return {
    module: new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)),
    guestInterface: 'command',
    imports: imports.map(([module, name, external]): ModuleImport => ({ module, name, external })),
    functions: new Map(),
    exportsMemory: true,
    memory: undefined,
    memoryBytesMax: 65_536,
  };
}

describe('linkGuest', () => {
  it('collects what the guest imports, each name once', () => {
    const linked = linkGuest(
      codeImporting(
        ['wasi_snapshot_preview1', 'fd_write', fdWrite],
        ['wasi_snapshot_preview1', 'proc_exit', func(['i32'], [])],
        ['wasi_unstable', 'fd_write', fdWrite],
        ['wasi_snapshot_preview1', 'fd_write', fdWrite],
      ),
      denied,
    );
    expect(linked.wasi).toEqual([
      { version: 'wasi_snapshot_preview1', names: ['fd_write', 'proc_exit'] },
      { version: 'wasi_unstable', names: ['fd_write'] },
    ]);
    expect([linked.waits, linked.httpGet]).toEqual([false, false]);
  });

  it('knows which guests may wait', () => {
    const poll = codeImporting(['wasi_unstable', 'poll_oneoff', fdWrite]);
    expect(linkGuest(poll, denied).waits).toBe(true);
    const http = linkGuest(codeImporting(['http', 'get', func([])]), granted);
    expect([http.waits, http.httpGet]).toEqual([true, true]);
  });

  it('denies http.get where it is not granted, and says what to do', () => {
    expect(() => linkGuest(codeImporting(['http', 'get', func([])]), denied)).toThrow(
      expect.objectContaining({
        code: 'WW_ERR_CAPABILITY_DENIED',
        message: expect.stringMatching(/No host is allowed\..*net_access.*operator/) as string,
      }) as Error,
    );
  });
});
