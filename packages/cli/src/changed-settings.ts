import type { LoadedConfig } from '@wasmwhisk/executor';

/** What differs from the defaults. No setting is a secret; a test holds that. */
export function changedSettings({
  config,
  sources,
}: LoadedConfig<object>): Record<string, unknown> {
  const changed: Record<string, unknown> = {};
  for (const [section, settings] of Object.entries(config))
    for (const [name, value] of Object.entries(settings as object)) {
      const path = `${section}.${name}`;
      if (sources.get(path)?.type !== 'default') changed[path] = value;
    }
  return changed;
}
