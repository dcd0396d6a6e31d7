import type { Activation, ContainerSettings } from '@wasmwhisk/runtime';

/** Limits of the runs that are measured without an executor: those that ship. */
export const limits: ContainerSettings['limits'] = {
  memoryBytes: 256 * 1024 * 1024,
  tableElements: 1_000_000,
  resultBytes: 1024 * 1024,
};

export const containerSettings: ContainerSettings = {
  entry: undefined,
  limits,
  directories: [],
  http: { type: 'denied', reason: 'a benchmark needs none.' },
};

/** Variables as many and as long as an invoker gives. */
export const environment: Activation['environment'] = [
  'API_HOST',
  'API_KEY',
  'NAMESPACE',
  'ACTION_NAME',
  'DEADLINE',
].map((name) => [`__OW_${name}`, 'some value of a usual length'] as const);

/** Goes nowhere. */
export const logs: Activation['logs'] = { write: () => undefined };

/** A minute from now. */
export function deadline(): number {
  return Date.now() + 60_000;
}

export function toActivation(input: string, id: string): Activation {
  return {
    id,
    input,
    environment,
    deadlineEpochMs: deadline(),
    trustUnit: '',
    logBytesMax: 1_048_576,
    logs,
  };
}
