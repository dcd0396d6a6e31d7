import { formatQuantity, type Contradiction } from '@wasmwhisk/executor';
import { standaloneShape, type StandaloneConfig } from './schema.js';
import { executorWidths } from './standalone-defaults.js';

/** Settings whose values must not fall, from the first to the last. */
const rising = [
  ['actions.timeoutMsMin', 'actions.timeoutMs', 'actions.timeoutMsMax'],
  ['actions.memoryMiBMin', 'actions.memoryMiB', 'actions.memoryMiBMax', 'pool.memoryMiB'],
  ['actions.logsMiB', 'actions.logsMiBMax'],
  ['actions.concurrency', 'actions.concurrencyMax'],
] as const;

/** Every pair of settings that do not fit together although each is valid by itself. */
export function findContradictions(config: StandaloneConfig): readonly Contradiction[] {
  const falling = rising.flatMap((paths) =>
    paths.flatMap((path, index) =>
      paths.slice(index + 1, index + 2).flatMap((next) => {
        const [value, bound] = [readNumber(config, path), readNumber(config, next)];
        return value <= bound
          ? []
          : [
              contradiction(
                path,
                `is ${show(path, value)}, above ${next} (${show(next, bound)})`,
                next,
              ),
            ];
      }),
    ),
  );
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
  return [...falling, ...narrow];
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
