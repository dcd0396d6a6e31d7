import { describeConformance, type ConformanceOptions } from '@wasmwhisk/runtime-conformance';

const options: Omit<ConformanceOptions, 'name' | 'threading'> = {
  module: import.meta.resolve('@wasmwhisk/runtime-jco'),
  features: [
    'command',
    'action-world',
    'environment',
    'exit-codes',
    'directories',
    'waiting',
    'memory-limit',
    'table-limit',
    'stack-limit',
    'deadline',
  ],
  artifactKind: 'component',
};

describeConformance({ ...options, name: 'jco, pooled', threading: 'pooled' });
describeConformance({ ...options, name: 'jco, inline', threading: 'inline' });
