import { loadConfig, type ExecutorConfig, type ExecutorMode } from '@wasmwhisk/executor';

export type DeepPartial<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [Key in keyof T]?: DeepPartial<T[Key]> }
    : T;

export type ConfigOverrides = DeepPartial<ExecutorConfig>;

/** What tests need otherwise than the defaults: a free port, and the same threads on every machine. */
const forTests: Readonly<Record<ExecutorMode, ConfigOverrides>> = {
  service: { server: { port: 0 }, runtime: { threads: 2 } },
  single: { server: { host: '127.0.0.1', port: 0 } },
};

/** The defaults of the mode and of this environment, with these values in place. */
export function createConfig(
  mode: ExecutorMode,
  environment: Readonly<Record<string, string>>,
  overrides: ConfigOverrides,
): ExecutorConfig {
  const { config } = loadConfig({ mode, environment, memoryLimitBytes: 512 * 1024 * 1024 });
  return [forTests[mode], overrides].reduce<unknown>(merge, config) as ExecutorConfig;
}

function merge(base: unknown, over: unknown): unknown {
  if (!isRecord(base) || !isRecord(over)) return over ?? base;
  const names = new Set([...Object.keys(base), ...Object.keys(over)]);
  return Object.fromEntries([...names].map((name) => [name, merge(base[name], over[name])]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
