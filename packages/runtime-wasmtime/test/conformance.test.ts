import { runtimeFeatures } from '@wasmwhisk/runtime';
import { describeConformance } from '@wasmwhisk/runtime-conformance';
import { findMissingAddon } from '@wasmwhisk/runtime-wasmtime';
import { describe, it } from 'vitest';

const missing = findMissingAddon();

if (missing === undefined)
  describeConformance({
    name: 'wasmtime, modules and components',
    module: import.meta.resolve('@wasmwhisk/runtime-wasmtime'),
    features: runtimeFeatures,
    threading: 'own',
    artifactKind: 'both',
  });
else
  describe('conformance of wasmtime', () => {
    it.skip(`is not run: ${missing}`);
  });
