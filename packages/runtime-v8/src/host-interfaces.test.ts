import { preview1Signatures, preview2Interfaces, type Preview1Version } from '@wasmwhisk/artifact';
import { createPreview2Host, preview1Functions } from '@wasmwhisk/wasi';
import { describe, expect, it } from 'vitest';

describe('what guests may import', () => {
  it.each(['wasi_snapshot_preview1', 'wasi_unstable'] satisfies Preview1Version[])(
    'is what the host has of %s',
    (version) => {
      const offered = [...preview1Functions[version]].map(([name, { params, returns }]) => [
        name,
        Array.from(params, (letter) => (letter === 'I' ? 'i64' : 'i32')),
        returns ? ['i32'] : [],
      ]);
      const allowed = [...preview1Signatures[version]].map(([name, { params, results }]) => [
        name,
        params,
        results,
      ]);
      expect(allowed.sort()).toEqual(offered.sort());
    },
  );

  it('is what the host has of WASI 0.2', () => {
    const { imports } = createPreview2Host({
      args: [],
      environment: [],
      stdio: {
        stdin: { read: () => new Uint8Array() },
        stdout: () => undefined,
        stderr: () => undefined,
      },
      preopens: [],
      onFailure: () => undefined,
    });
    expect([...preview2Interfaces].sort()).toEqual(Object.keys(imports).sort());
  });
});
