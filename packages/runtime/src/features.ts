/**
 * What a runtime declares that it can do. The conformance suite runs the cases of each declared
 * feature, and probes the undeclared ones: one that works without being declared is red too.
 */
export const runtimeFeatures = [
  'buffer',
  'buffer-second',
  'command',
  'numeric',
  'action-world',
  'http-handler',
  'environment',
  'exit-codes',
  'directories',
  'waiting',
  'memory-limit',
  'table-limit',
  'stack-limit',
  'deadline',
  'precompiled',
] as const;

export type RuntimeFeature = (typeof runtimeFeatures)[number];
