import type { EnvironmentEntries } from '@wasmwhisk/protocol';

/** What guests see of the host's environment: `__OW_*`, and the names that the operator allows. */
export function baseEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  allowed: readonly string[],
): EnvironmentEntries {
  return Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined && (name.startsWith('__OW_') || allowed.includes(name))
      ? [[name, value] as const]
      : [],
  );
}
