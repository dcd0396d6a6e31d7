import { describeConformance, type ConformanceOptions } from '@wasmwhisk/runtime-conformance';

const options: Omit<ConformanceOptions, 'threading' | 'name'> = {
  module: import.meta.resolve('@wasmwhisk/runtime-v8'),
  features: [
    'buffer',
    'buffer-second',
    'command',
    'numeric',
    'environment',
    'exit-codes',
    'directories',
    'waiting',
    'memory-limit',
    'table-limit',
    'stack-limit',
    'deadline',
  ],
};

describeConformance({ ...options, name: 'v8, inline', threading: 'inline' });
describeConformance({ ...options, name: 'v8, pooled', threading: 'pooled' });
