import { formatQuantity, type Contradiction } from '@wasmwhisk/executor';
import { standaloneShape, type StandaloneConfig } from './schema.js';
import { executorWidths } from './standalone-defaults.js';

/** Settings whose value must not be above that of another. */
const bounded = [
  ['actions.timeoutMsMin', 'actions.timeoutMs'],
  ['actions.timeoutMs', 'actions.timeoutMsMax'],
  ['actions.memoryMiBMin', 'actions.memoryMiB'],
  ['actions.memoryMiB', 'actions.memoryMiBMax'],
  ['actions.memoryMiBMax', 'pool.memoryMiB'],
  ['actions.logsMiB', 'actions.logsMiBMax'],
  ['actions.concurrency', 'actions.concurrencyMax'],
] as const;

/** Every pair of settings that do not fit together although each is valid by itself. */
export function findContradictions(config: StandaloneConfig): readonly Contradiction[] {
  const above = bounded.flatMap(([path, other]) => {
    const [value, bound] = [readNumber(config, path), readNumber(config, other)];
    const reason = `is ${show(path, value)}, above ${other} (${show(other, bound)})`;
    return value <= bound ? [] : [contradiction(path, reason, other)];
  });
  const narrow = executorWidths(config).flatMap(({ path, from, have, need }) =>
    have >= need
      ? []
      : [
          contradiction(
            path,
            `is ${show(path, have)}, but ${from} lets ${show(path, need)} through`,
            from,
          ),
        ],
  );
  return [...above, ...narrow];
}

function contradiction(path: string, reason: string, other: string): Contradiction {
  return { path, others: [other], reason };
}

function readNumber(config: StandaloneConfig, path: string): number {
  const { section, name } = settingOf(path);
  const sections: Readonly<Record<string, Readonly<Record<string, unknown>>>> = config;
  const value = sections[section]?.[name];
  if (typeof value !== 'number') throw new TypeError(`${path} is no number`);
  return value;
}

function show(path: string, value: number): string {
  const { form } = settingOf(path);
  return formatQuantity(value, form.type === 'integer' ? form.unit : undefined);
}

function settingOf(path: string): (typeof standaloneShape.settings)[number] {
  const setting = standaloneShape.byPath.get(path);
  if (setting === undefined) throw new TypeError(`there is no setting ${path}`);
  return setting;
}
