import { configSchema, type ExecutorConfig } from '@wasmwhisk/executor';

export type DeepPartial<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [Key in keyof T]?: DeepPartial<T[Key]> }
    : T;

export type ConfigOverrides = DeepPartial<ExecutorConfig>;

/** The configuration by default, on a free port, with these values in place. */
export function createConfig(...overrides: readonly ConfigOverrides[]): ExecutorConfig {
  const quiet: ConfigOverrides = {
    server: { port: 0 },
    // Two threads and a spare one, so that tests do the same on every machine.
    runtime: { threads: 2 },
  };
  const merged = [quiet, ...overrides].reduce<unknown>(merge, defaultOf(configSchema));
  return merged as ExecutorConfig;
}

function defaultOf(node: unknown): unknown {
  if (!isRecord(node)) return undefined;
  if (!isRecord(node['properties'])) return node['default'];
  return Object.fromEntries(
    Object.entries(node['properties']).map(([name, property]) => [name, defaultOf(property)]),
  );
}

function merge(base: unknown, over: unknown): unknown {
  if (!isRecord(base) || !isRecord(over)) return over ?? base;
  const names = new Set([...Object.keys(base), ...Object.keys(over)]);
  return Object.fromEntries([...names].map((name) => [name, merge(base[name], over[name])]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
