import type { Artifact } from '@wasmwhisk/artifact';
import { describe, expect, it } from 'vitest';
import { assertPlainArtifact } from './plain-artifact.js';

const plain: Artifact = {
  digest: '00'.repeat(32),
  bytes: new Uint8Array(8),
  description: {
    format: 'component',
    imports: [],
    exports: [],
    coreModules: 0,
    definesSharedMemory: undefined,
    producers: [],
    guestInterface: undefined,
  },
};

describe('a runtime that takes no precompiled code', () => {
  it('takes what is not precompiled', () => {
    expect(() => {
      assertPlainArtifact(plain, 'v8');
    }).not.toThrow();
  });

  it('refuses precompiled code, and says whose it is', () => {
    const precompiled = {
      runtime: 'wasmtime',
      engine: 'wasmtime 48.0.8',
      target: 'x86_64-unknown-linux-gnu',
      settings: '00',
    };
    expect(() => {
      assertPlainArtifact({ ...plain, precompiled }, 'v8');
    }).toThrow(
      expect.objectContaining({
        code: 'WW_ERR_ARTIFACT_FOREIGN',
        message: expect.stringMatching(/wasmtime 48\.0\.8.*v8 takes none/) as string,
      }) as Error,
    );
  });
});
