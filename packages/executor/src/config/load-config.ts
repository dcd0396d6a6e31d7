import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  ConfigGathering,
  toOrigin,
  type Contradiction,
  type SettingSource,
} from './config-gathering.js';
import {
  modeDefaults,
  readMemoryLimit,
  type ConfigMode,
  type ModeDefault,
} from './mode-defaults.js';
import { suggestName } from './near-name.js';
import type { ExecutorConfig } from './schema.js';
import { readSetting, readSettingText } from './setting-value.js';
import { executorShape, type ConfigShape } from './settings.js';

/** A setting given on the command line. */
export interface ConfigFlag {
  /** Such as `server.port`. */
  readonly path: string;
  readonly text: string;
  /** The flag as the user wrote it, for messages: `--port`, `--set server.port`. */
  readonly flag: string;
}

/** Where settings are looked for, the weakest first: defaults, file, environment, flags. */
export interface ConfigSources {
  /** A JSON file. Default: the one that WASMWHISK_CONFIG names, or none. */
  readonly file?: string | undefined;
  /** Default: `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Of several flags for one setting the last counts. Default: none. */
  readonly flags?: readonly ConfigFlag[];
  /**
   * Settings of another program of ours: as variables and as members of the file they are passed over,
   * because one shell and one file may serve both. Default: none.
   */
  readonly otherShape?: ConfigShape<unknown> | undefined;
}

/** What `loadConfig` is told. */
export interface ConfigOptions extends ConfigSources {
  readonly mode: ConfigMode;
  /** Memory of the control group in bytes. Default: read from the system in single mode. */
  readonly memoryLimitBytes?: number | undefined;
}

/** How a configuration is completed, beside what its settings say of themselves. */
export interface ConfigPlan<Config> {
  readonly shape: ConfigShape<Config>;
  /** Defaults other than the schema's, by path. */
  readonly defaults: ReadonlyMap<string, ModeDefault>;
  /** Defaults that follow from other settings; they count where nobody set the setting itself. */
  readonly followingDefaults?: (config: Config) => ReadonlyMap<string, ModeDefault>;
  /** What does not fit together although each setting is valid by itself. */
  readonly contradictions?: (config: Config) => readonly Contradiction[];
}

/** A complete configuration, frozen, and where each value came from. */
export interface LoadedConfig<Config = ExecutorConfig> {
  readonly config: Config;
  /** By path, such as `limits.memoryBytes`; every setting is in it. */
  readonly sources: ReadonlyMap<string, SettingSource>;
}

/** The variable that names the file. */
export const configFileVariable = 'WASMWHISK_CONFIG';

/** Every WASMWHISK_* that is no setting: this one, and what the native runtime's loader and build read. */
const otherVariables: ReadonlySet<string> = new Set([
  configFileVariable,
  'WASMWHISK_NATIVE_PATH',
  'WASMWHISK_NATIVE_TARGET',
  'WASMWHISK_NATIVE_TRACE',
]);

/**
 * Reads the configuration of an executor: defaults < file < environment < flags. Unknown names are
 * refused with a suggestion.
 *
 * @throws ConfigError with every problem of every source at once.
 */
export function loadConfig({ mode, memoryLimitBytes, ...sources }: ConfigOptions): LoadedConfig {
  const environment = sources.environment ?? process.env;
  const limit = memoryLimitBytes ?? (mode === 'single' ? readMemoryLimit() : undefined);
  const defaults = modeDefaults(mode, environment, limit);
  return loadConfigOf({ shape: executorShape, defaults }, sources);
}

/**
 * Reads a configuration of any shape, as `loadConfig` does that of an executor.
 *
 * @throws ConfigError with every problem of every source at once; contradictions are looked for once
 *   every setting is valid.
 */
export function loadConfigOf<Config>(
  plan: ConfigPlan<Config>,
  sources: ConfigSources,
): LoadedConfig<Config> {
  const environment = sources.environment ?? process.env;
  const gathering = new ConfigGathering(plan.shape, sources.otherShape);
  for (const { path: settingPath, defaultValue } of plan.shape.settings)
    gathering.put(settingPath, defaultValue, { type: 'default' });
  gathering.putDefaults(plan.defaults);
  const named = environment[configFileVariable];
  const file = sources.file ?? (named === '' ? undefined : named);
  if (file !== undefined) readFileInto(gathering, file);
  readEnvironmentInto(gathering, environment);
  for (const flag of sources.flags ?? []) readFlagInto(gathering, flag);
  gathering.throwProblems();
  if (plan.followingDefaults !== undefined)
    gathering.putDefaults(plan.followingDefaults(gathering.toConfig()));
  const config = gathering.toConfig();
  for (const contradiction of plan.contradictions?.(config) ?? [])
    gathering.reportContradiction(contradiction);
  gathering.throwProblems();
  return { config, sources: gathering.sources };
}

function readFileInto(gathering: ConfigGathering<unknown>, file: string): void {
  const { shape, otherShape } = gathering;
  const source: SettingSource = { type: 'file', file: path.resolve(file) };
  const origin = toOrigin(source);
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    gathering.report(origin, whyUnreadable(error));
    return;
  }
  if (!isObject(content)) {
    gathering.report(origin, 'must hold a JSON object');
    return;
  }
  for (const [section, members] of Object.entries(content)) {
    if (!shape.sections.includes(section)) {
      if (otherShape?.sections.includes(section) === true) continue;
      const known = [...shape.sections, ...shape.byPath.keys()];
      gathering.report(origin, `there is no section "${section}"${suggestName(section, known)}`);
      continue;
    }
    if (!isObject(members)) {
      gathering.report(origin, `"${section}" must be a JSON object`);
      continue;
    }
    for (const [name, value] of Object.entries(members)) {
      const settingPath = `${section}.${name}`;
      const setting = shape.byPath.get(settingPath);
      if (setting === undefined) gathering.report(origin, unknownSetting(shape, settingPath));
      else gathering.take(settingPath, readSetting(setting, value), source, origin);
    }
  }
}

function readEnvironmentInto(
  gathering: ConfigGathering<unknown>,
  environment: Readonly<Record<string, string | undefined>>,
): void {
  const { shape, otherShape } = gathering;
  for (const [variable, text] of Object.entries(environment)) {
    if (text === undefined || !variable.startsWith('WASMWHISK_')) continue;
    if (otherVariables.has(variable)) continue;
    const setting = shape.byVariable.get(variable);
    if (setting === undefined && otherShape?.byVariable.has(variable) === true) continue;
    const source: SettingSource = { type: 'environment', variable };
    const origin = toOrigin(source);
    if (setting !== undefined)
      gathering.take(setting.path, readSettingText(setting, text), source, origin);
    else if (!isServiceLink(variable, text)) {
      const known = [
        configFileVariable,
        ...shape.byVariable.keys(),
        ...(otherShape?.byVariable.keys() ?? []),
      ];
      gathering.report(origin, `there is no such setting${suggestName(variable, known)}`);
    }
  }
}

/**
 * Kubernetes gives every pod variables about the services of its namespace. For a service called
 * `wasmwhisk` they look like ours, and nobody wrote them.
 */
function isServiceLink(variable: string, text: string): boolean {
  if (/_SERVICE_(HOST|PORT)(_[A-Z0-9_]+)?$/.test(variable)) return true;
  if (/_PORT(_\d+_(TCP|UDP|SCTP))?$/.test(variable)) return /^(tcp|udp|sctp):\/\//.test(text);
  return /_PORT_\d+_(TCP|UDP|SCTP)_(PROTO|PORT|ADDR)$/.test(variable);
}

function readFlagInto(
  gathering: ConfigGathering<unknown>,
  { path: settingPath, text, flag }: ConfigFlag,
): void {
  const source: SettingSource = { type: 'flag', flag };
  const origin = toOrigin(source);
  const setting = gathering.shape.byPath.get(settingPath);
  if (setting === undefined) gathering.report(origin, unknownSetting(gathering.shape, settingPath));
  else gathering.take(settingPath, readSettingText(setting, text), source, origin);
}

function unknownSetting({ byPath }: ConfigShape<unknown>, settingPath: string): string {
  return `there is no setting "${settingPath}"${suggestName(settingPath, [...byPath.keys()])}`;
}

function whyUnreadable(error: unknown): string {
  if (error instanceof SyntaxError) return `is not valid JSON (${error.message})`;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return 'does not exist';
    case 'EACCES':
    case 'EPERM':
      return 'may not be read by this user';
    case 'EISDIR':
      return 'is a folder';
    default:
      return `cannot be read (${error instanceof Error ? error.message : String(error)})`;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
