import { configSchema } from './schema.js';
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

/** Every setting, in the order of the schema. */
export const configSettings: readonly ConfigSetting[] = Object.entries(
  configSchema.properties,
).flatMap(([section, schema]) =>
  Object.entries<LeafSchema>(schema.properties).map(([name, leaf]) =>
    toSetting(section, name, leaf),
  ),
);

/** Sections of the configuration, in the order of the schema. */
export const configSections: readonly string[] = Object.keys(configSchema.properties);

/** The parts of JSON Schema that the configuration's schema uses. */
interface LeafSchema {
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
