import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ConfigError, type ConfigProblem } from './config-error.js';
import { modeDefaults, readMemoryLimit, type ConfigMode } from './mode-defaults.js';
import { suggestName } from './near-name.js';
import type { ExecutorConfig } from './schema.js';
import { readSetting, readSettingText, type ReadSetting } from './setting-value.js';
import { configSections, configSettings, type SettingValue } from './settings.js';

/** A setting given on the command line. */
export interface ConfigFlag {
  /** Such as `server.port`. */
  readonly path: string;
  readonly text: string;
  /** The flag as the user wrote it, for messages: `--port`, `--set server.port`. */
  readonly flag: string;
}

/** Where `loadConfig` looks, the weakest first: defaults, file, environment, flags. */
export interface ConfigOptions {
  readonly mode: ConfigMode;
  /** A JSON file. Default: the one that WASMWHISK_CONFIG names, or none. */
  readonly file?: string | undefined;
  /** Default: `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Of several flags for one setting the last counts. Default: none. */
  readonly flags?: readonly ConfigFlag[];
  /** Memory of the control group in bytes. Default: read from the system in single mode. */
  readonly memoryLimitBytes?: number | undefined;
}

/** Where a value came from. */
export type SettingSource =
  | { readonly type: 'default' }
  /** Another default of the mode; `reason` is a clause. */
  | { readonly type: 'mode-default'; readonly reason: string }
  | { readonly type: 'file'; readonly file: string }
  | { readonly type: 'environment'; readonly variable: string }
  | { readonly type: 'flag'; readonly flag: string };

/** A complete configuration, frozen, and where each value came from. */
export interface LoadedConfig {
  readonly config: ExecutorConfig;
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

const settingsByPath = new Map(configSettings.map((setting) => [setting.path, setting]));
const settingsByVariable = new Map(
  configSettings.map((setting) => [setting.environmentName, setting]),
);
const knownPaths = [...settingsByPath.keys()];

/** Values and problems as they are gathered, the stronger source over the weaker. */
class Gathering {
  readonly values = new Map<string, SettingValue>();
  readonly sources = new Map<string, SettingSource>();
  readonly problems: ConfigProblem[] = [];

  put(settingPath: string, value: SettingValue, source: SettingSource): void {
    this.values.set(settingPath, value);
    this.sources.set(settingPath, source);
  }

  take(settingPath: string, read: ReadSetting, source: SettingSource, origin: string): void {
    if (read.type === 'value') this.put(settingPath, read.value, source);
    else this.report(origin, read.reason, settingPath);
  }

  report(origin: string, reason: string, settingPath?: string): void {
    this.problems.push({ origin, path: settingPath, reason });
  }
}

/**
 * Reads the configuration: defaults < file < environment < flags. Unknown names are refused with a
 * suggestion.
 *
 * @throws ConfigError with every problem of every source at once.
 */
export function loadConfig(options: ConfigOptions): LoadedConfig {
  const environment = options.environment ?? process.env;
  const gathering = new Gathering();
  putDefaults(gathering, options, environment);
  const named = environment[configFileVariable];
  const file = options.file ?? (named === '' ? undefined : named);
  if (file !== undefined) readFileInto(gathering, file);
  readEnvironmentInto(gathering, environment);
  for (const flag of options.flags ?? []) readFlagInto(gathering, flag);
  if (gathering.problems.length > 0) throw new ConfigError(gathering.problems);
  return { config: toConfig(gathering.values), sources: gathering.sources };
}

function putDefaults(
  gathering: Gathering,
  { mode, memoryLimitBytes }: ConfigOptions,
  environment: Readonly<Record<string, string | undefined>>,
): void {
  for (const setting of configSettings)
    gathering.put(setting.path, setting.defaultValue, { type: 'default' });
  const limit = memoryLimitBytes ?? (mode === 'single' ? readMemoryLimit() : undefined);
  for (const [settingPath, { value, reason }] of modeDefaults(mode, environment, limit))
    gathering.put(settingPath, value, { type: 'mode-default', reason });
}

function readFileInto(gathering: Gathering, file: string): void {
  const shown = path.resolve(file);
  const origin = `file ${shown}`;
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
    if (!configSections.includes(section)) {
      const known = [...configSections, ...knownPaths];
      gathering.report(origin, `there is no section "${section}"${suggestName(section, known)}`);
      continue;
    }
    if (!isObject(members)) {
      gathering.report(origin, `"${section}" must be a JSON object`);
      continue;
    }
    for (const [name, value] of Object.entries(members)) {
      const settingPath = `${section}.${name}`;
      const setting = settingsByPath.get(settingPath);
      if (setting === undefined) gathering.report(origin, unknownSetting(settingPath));
      else
        gathering.take(
          settingPath,
          readSetting(setting, value),
          { type: 'file', file: shown },
          origin,
        );
    }
  }
}

function readEnvironmentInto(
  gathering: Gathering,
  environment: Readonly<Record<string, string | undefined>>,
): void {
  for (const [variable, text] of Object.entries(environment)) {
    if (text === undefined || !variable.startsWith('WASMWHISK_')) continue;
    if (otherVariables.has(variable)) continue;
    const setting = settingsByVariable.get(variable);
    const origin = `environment variable ${variable}`;
    if (setting !== undefined)
      gathering.take(
        setting.path,
        readSettingText(setting, text),
        { type: 'environment', variable },
        origin,
      );
    else if (!isServiceLink(variable, text))
      gathering.report(
        origin,
        `there is no such setting${suggestName(variable, [configFileVariable, ...settingsByVariable.keys()])}`,
      );
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

function readFlagInto(gathering: Gathering, { path: settingPath, text, flag }: ConfigFlag): void {
  const origin = `flag ${flag}`;
  const setting = settingsByPath.get(settingPath);
  if (setting === undefined) gathering.report(origin, unknownSetting(settingPath));
  else gathering.take(settingPath, readSettingText(setting, text), { type: 'flag', flag }, origin);
}

function unknownSetting(settingPath: string): string {
  return `there is no setting "${settingPath}"${suggestName(settingPath, knownPaths)}`;
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

/** Every setting has been put and checked by the schema's own rules, so the result has its type. */
function toConfig(values: ReadonlyMap<string, SettingValue>): ExecutorConfig {
  const sections: Record<string, Record<string, SettingValue>> = {};
  for (const { path: settingPath, section, name } of configSettings) {
    const value = values.get(settingPath);
    if (value === undefined) throw new TypeError(`${settingPath} has no value`);
    (sections[section] ??= {})[name] = Array.isArray(value) ? Object.freeze(value) : value;
  }
  for (const section of Object.values(sections)) Object.freeze(section);
  return Object.freeze(sections) as unknown as ExecutorConfig;
}
