import { readPrecompiledKey } from '@wasmwhisk/artifact';
import { parseQuantity, quantityForms, formatQuantity } from './quantity.js';
import type { ConfigSetting, SettingForm, SettingValue } from './settings.js';

/** A value that was read, or a clause that says what is wrong with it. */
export type ReadSetting =
  | { readonly type: 'value'; readonly value: SettingValue }
  | { readonly type: 'problem'; readonly reason: string };

/** Reads a setting from text, as it comes in the environment and in flags. Lists are comma separated. */
export function readSettingText(setting: ConfigSetting, text: string): ReadSetting {
  const { form } = setting;
  switch (form.type) {
    case 'integer':
      return /^-?\d{1,16}$/.test(text.trim())
        ? readSetting(setting, Number(text))
        : readSetting(setting, text);
    case 'boolean':
      switch (text.trim().toLowerCase()) {
        case 'true':
          return found(true);
        case 'false':
          return found(false);
        default:
          return problem(`must be true or false, but is ${show(text)}`);
      }
    case 'list':
      return readSetting(
        setting,
        text.trim() === '' ? [] : text.split(',').map((item) => item.trim()),
      );
    case 'text':
    case 'choice':
      return readSetting(setting, text);
  }
}

/** Reads a setting from a JSON value. Sizes and durations may be text with a unit. */
export function readSetting(setting: ConfigSetting, given: unknown): ReadSetting {
  const { form } = setting;
  switch (form.type) {
    case 'integer': {
      const { minimum, maximum, unit } = form;
      const value =
        typeof given === 'string' && unit !== undefined ? parseQuantity(given, unit) : given;
      if (typeof value !== 'number' || !Number.isSafeInteger(value))
        return problem(
          `must be ${unit === undefined ? 'a whole number' : quantityForms[unit]}, but is ${show(given)}`,
        );
      if (value < minimum || value > maximum)
        return problem(
          `must be between ${formatQuantity(minimum, unit)} and ${formatQuantity(maximum, unit)}, ` +
            `but is ${formatQuantity(value, unit)}`,
        );
      return found(value);
    }
    case 'boolean':
      return typeof given === 'boolean'
        ? found(given)
        : problem(`must be true or false, but is ${show(given)}`);
    case 'text':
      if (typeof given !== 'string') return problem(`must be text, but is ${show(given)}`);
      return given.length < form.lengthMin ? problem('must not be empty') : found(given);
    case 'choice':
      return typeof given === 'string' && form.choices.includes(given)
        ? found(given)
        : problem(`must be one of ${form.choices.join(', ')}, but is ${show(given)}`);
    case 'list':
      return readList(form, given);
  }
}

function readList(
  { choices, items: kind }: Extract<SettingForm, { type: 'list' }>,
  given: unknown,
): ReadSetting {
  if (!Array.isArray(given)) return problem(`must be a list of texts, but is ${show(given)}`);
  const items: string[] = [];
  for (const item of given as readonly unknown[]) {
    if (typeof item !== 'string' || item === '')
      return problem(`must hold texts that are not empty, but holds ${show(item)}`);
    if (choices !== undefined && !choices.includes(item))
      return problem(`may hold ${choices.join(', ')}, but holds ${show(item)}`);
    if (kind === 'precompiled-key') {
      const key = readPrecompiledKey(item);
      if (key.type === 'problem') return problem(`holds ${show(item)}, which ${key.reason}`);
    }
    items.push(item);
  }
  return found(items);
}

function found(value: SettingValue): ReadSetting {
  return { type: 'value', value };
}

function problem(reason: string): ReadSetting {
  return { type: 'problem', reason };
}

const shownLengthMax = 80;

/** A value for a message, on one line and never long. */
function show(value: unknown): string {
  // JSON text of a function or of undefined does not exist; neither comes out of a file.
  const text = (JSON.stringify(value) as string | undefined) ?? typeof value;
  return text.length > shownLengthMax ? `${text.slice(0, shownLengthMax)}…` : text;
}
