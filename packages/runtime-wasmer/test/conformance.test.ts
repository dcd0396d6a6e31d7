import { describeConformance, type ConformanceOptions } from '@wasmwhisk/runtime-conformance';

const options: Omit<ConformanceOptions, 'name' | 'threading'> = {
  module: import.meta.resolve('@wasmwhisk/runtime-wasmer'),
  features: [
    'buffer',
    'buffer-second',
    'command',
    'environment',
    'exit-codes',
    'memory-limit',
    'table-limit',
    'stack-limit',
    'deadline',
  ],
};

describeConformance({ ...options, name: 'wasmer, pooled', threading: 'pooled' });
describeConformance({ ...options, name: 'wasmer, inline', threading: 'inline' });
