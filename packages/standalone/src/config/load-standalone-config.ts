import {
  loadConfigOf,
  type ConfigSources,
  type LoadedConfig,
  type ModeDefault,
} from '@wasmwhisk/executor';
import { findContradictions } from './contradictions.js';
import { standaloneShape, type StandaloneConfig } from './schema.js';
import { standaloneDefaults, widenedDefaults } from './standalone-defaults.js';

/** Where settings are looked for, the weakest first: defaults, file, environment, flags. */
export interface StandaloneConfigOptions extends Omit<ConfigSources, 'otherShape'> {
  /** What the program around it takes where nobody says otherwise, by path. Default: nothing. */
  readonly defaults?: ReadonlyMap<string, ModeDefault>;
}

/**
 * Reads the configuration of a standalone OpenWhisk: defaults < file < environment < flags, by the same
 * rules and names as an executor's. Limits of the executor that nobody set are as wide as those of actions.
 *
 * @throws ConfigError with every problem at once; afterwards with every pair of settings that do not
 *   fit together.
 */
export function loadStandaloneConfig({
  defaults,
  ...sources
}: StandaloneConfigOptions = {}): LoadedConfig<StandaloneConfig> {
  return loadConfigOf(
    {
      shape: standaloneShape,
      defaults: new Map([...standaloneDefaults, ...(defaults ?? [])]),
      followingDefaults: widenedDefaults,
      contradictions: findContradictions,
    },
    sources,
  );
}
