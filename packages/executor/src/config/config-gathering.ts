import { ConfigError, type ConfigProblem } from './config-error.js';
import type { ModeDefault } from './mode-defaults.js';
import type { ReadSetting } from './setting-value.js';
import type { ConfigShape, SettingValue } from './settings.js';

/** Where a value came from. */
export type SettingSource =
  | { readonly type: 'default' }
  /** Another default of the mode; `reason` is a clause. */
  | { readonly type: 'mode-default'; readonly reason: string }
  | { readonly type: 'file'; readonly file: string }
  | { readonly type: 'environment'; readonly variable: string }
  | { readonly type: 'flag'; readonly flag: string };

/** Settings that do not fit together although each is valid by itself. */
export interface Contradiction {
  readonly path: string;
  /** The settings that it does not fit, by path. */
  readonly others: readonly string[];
  /** A clause without a full stop, to follow `path`. */
  readonly reason: string;
}

/** Values and problems as they are gathered, the stronger source over the weaker. */
export class ConfigGathering<Config> {
  readonly shape: ConfigShape<Config>;
  readonly otherShape: ConfigShape<unknown> | undefined;
  readonly values = new Map<string, SettingValue>();
  readonly sources = new Map<string, SettingSource>();
  readonly problems: ConfigProblem[] = [];

  constructor(shape: ConfigShape<Config>, otherShape: ConfigShape<unknown> | undefined) {
    this.shape = shape;
    this.otherShape = otherShape;
  }

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

  /** Of settings that contradict each other the one that somebody wrote is named: that is where to look. */
  reportContradiction({ path, others, reason }: Contradiction): void {
    const written = [path, ...others].find((one) => !this.isDefault(one));
    this.report(
      toOrigin(written === undefined ? undefined : this.sources.get(written)),
      reason,
      path,
    );
  }

  /** Where nobody set anything. */
  putDefaults(defaults: ReadonlyMap<string, ModeDefault>): void {
    for (const [settingPath, { value, reason }] of defaults)
      if (this.isDefault(settingPath))
        this.put(settingPath, value, { type: 'mode-default', reason });
  }

  throwProblems(): void {
    if (this.problems.length > 0) throw new ConfigError(this.problems);
  }

  /** Every setting has been put and checked by the schema's own rules, so the result has its type. */
  toConfig(): Config {
    const { shape, values } = this;
    const sections: Record<string, Record<string, SettingValue>> = {};
    for (const { path: settingPath, section, name } of shape.settings) {
      const value = values.get(settingPath);
      if (value === undefined) throw new TypeError(`${settingPath} has no value`);
      (sections[section] ??= {})[name] = Array.isArray(value) ? Object.freeze(value) : value;
    }
    for (const section of Object.values(sections)) Object.freeze(section);
    return Object.freeze(sections) as Config;
  }

  private isDefault(settingPath: string): boolean {
    const source = this.sources.get(settingPath);
    return source?.type === 'default' || source?.type === 'mode-default';
  }
}

/** A source as the subject of a message. */
export function toOrigin(source: SettingSource | undefined): string {
  switch (source?.type) {
    case 'file':
      return `file ${source.file}`;
    case 'environment':
      return `environment variable ${source.variable}`;
    case 'flag':
      return `flag ${source.flag}`;
    default:
      return 'defaults';
  }
}
