import type { Static } from 'typebox';
import { configSchema, type Complete, type ExecutorConfig } from './schema.js';
import { unitOfName, type QuantityUnit } from './quantity.js';

/** A value of the configuration. */
export type SettingValue = string | number | boolean | readonly string[];

/** What a setting takes. */
export type SettingForm =
  | {
      readonly type: 'integer';
      readonly minimum: number;
      readonly maximum: number;
      readonly unit: QuantityUnit | undefined;
    }
  | { readonly type: 'text'; readonly lengthMin: number }
  | { readonly type: 'boolean' }
  | { readonly type: 'choice'; readonly choices: readonly string[] }
  /** Texts; only `choices` where there are any, only keys where `items` says so. */
  | {
      readonly type: 'list';
      readonly choices: readonly string[] | undefined;
      readonly items: 'text' | 'precompiled-key';
    };

/** One setting as the schema defines it. */
export interface ConfigSetting {
  /** Such as `limits.memoryBytes`. */
  readonly path: string;
  readonly section: string;
  readonly name: string;
  /** Such as `WASMWHISK_LIMITS_MEMORY_BYTES`. */
  readonly environmentName: string;
  readonly form: SettingForm;
  readonly defaultValue: SettingValue;
  readonly description: string;
}

/** A schema of sections, each with its settings, as `section` of `setting-forms.ts` makes it. */
export interface ConfigSchema {
  readonly properties: Readonly<
    Record<string, { readonly properties: Readonly<Record<string, LeafSchema>> }>
  >;
}

/**
 * What a configuration consists of: the loader reads any that is described so.
 *
 * @typeParam Config - The complete configuration.
 */
export interface ConfigShape<Config> {
  /** In the order of the schema. */
  readonly sections: readonly string[];
  /** In the order of the schema. */
  readonly settings: readonly ConfigSetting[];
  readonly byPath: ReadonlyMap<string, ConfigSetting>;
  readonly byVariable: ReadonlyMap<string, ConfigSetting>;
  /** Never there: it ties the type to its shape. */
  readonly configType?: Config;
}

/**
 * Makes of a schema what the loader, the pages and the commands need.
 *
 * @throws TypeError when a setting lacks its default or description, or has a form that no setting has
 */
export function defineConfigShape<const Schema extends ConfigSchema>(
  schema: Schema,
): ConfigShape<Complete<Static<Schema>>> {
  const settings = Object.entries(schema.properties).flatMap(([section, { properties }]) =>
    Object.entries(properties).map(([name, leaf]) => toSetting(section, name, leaf)),
  );
  return {
    sections: Object.keys(schema.properties),
    settings,
    byPath: new Map(settings.map((setting) => [setting.path, setting])),
    byVariable: new Map(settings.map((setting) => [setting.environmentName, setting])),
  };
}

/** The parts of JSON Schema that the configuration's schema uses. */
export interface LeafSchema {
  readonly type?: string | undefined;
  readonly default?: unknown;
  readonly description?: string | undefined;
  readonly minimum?: number | bigint | undefined;
  readonly maximum?: number | bigint | undefined;
  readonly minLength?: number | undefined;
  readonly enum?: readonly string[] | undefined;
  readonly items?:
    | {
        readonly type: 'string';
        readonly enum?: readonly string[];
        readonly format?: 'precompiled-key';
      }
    | undefined;
}

function toSetting(section: string, name: string, leaf: LeafSchema): ConfigSetting {
  const path = `${section}.${name}`;
  if (leaf.description === undefined) throw new TypeError(`${path} has no description`);
  return {
    path,
    section,
    name,
    environmentName: toEnvironmentName(section, name),
    form: toForm(path, leaf),
    defaultValue: toDefault(path, leaf.default),
    description: leaf.description,
  };
}

function toForm(path: string, leaf: LeafSchema): SettingForm {
  if (leaf.enum !== undefined) return { type: 'choice', choices: leaf.enum };
  switch (leaf.type) {
    case 'integer':
      return {
        type: 'integer',
        minimum: Number(leaf.minimum ?? 0),
        maximum: Number(leaf.maximum ?? Number.MAX_SAFE_INTEGER),
        unit: unitOfName(path),
      };
    case 'string':
      return { type: 'text', lengthMin: leaf.minLength ?? 0 };
    case 'boolean':
      return { type: 'boolean' };
    case 'array':
      return {
        type: 'list',
        choices: leaf.items?.enum,
        items: leaf.items?.format ?? 'text',
      };
    default:
      throw new TypeError(`${path} has a schema of an unknown form`);
  }
}

function toDefault(path: string, value: unknown): SettingValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  if (Array.isArray(value)) return value.map(String);
  throw new TypeError(`${path} has no default`);
}

function toEnvironmentName(section: string, name: string): string {
  const words = name.replace('MiB', 'Mib').replace(/[A-Z]/g, (letter) => `_${letter}`);
  return `WASMWHISK_${section}_${words}`.toUpperCase();
}

/** The settings of an executor. */
export const executorShape: ConfigShape<ExecutorConfig> = defineConfigShape(configSchema);
