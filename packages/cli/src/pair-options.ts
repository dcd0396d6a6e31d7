import { CliError } from './cli-error.js';

/** Options that take two words, a name and a value, as OpenWhisk's own command has them. */
const pairOptions: Readonly<Record<string, string>> = {
  '-p': '--param',
  '--param': '--param',
  '-a': '--annotation',
  '--annotation': '--annotation',
};

/** Commands that know them. */
const pairCommands: ReadonlySet<string> = new Set(['invoke', 'inspect', 'deploy']);

/**
 * Makes one word of an option's two, because the parser takes one or any number: `-p key value`
 * becomes `--param=["key","value"]`. What follows `--` is left alone.
 *
 * @throws CliError `WW_ERR_CLI_USAGE`
 */
export function joinPairs(args: readonly string[]): readonly string[] {
  const command = args.find((arg) => !arg.startsWith('-'));
  if (command === undefined || !pairCommands.has(command)) return args;
  const joined: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? '';
    if (arg === '--') return [...joined, ...args.slice(index)];
    const long = Object.hasOwn(pairOptions, arg) ? pairOptions[arg] : undefined;
    if (long === undefined) {
      joined.push(arg);
      continue;
    }
    const [name, value] = args.slice(index + 1, index + 3);
    if (name === undefined || value === undefined)
      throw new CliError('WW_ERR_CLI_USAGE', `${arg} needs a name and a value.`, {
        hint: `For example: ${arg} key value`,
      });
    joined.push(`${long}=${JSON.stringify([name, value])}`);
    index += 2;
  }
  return joined;
}

/** The pair in a joined word; collects those of repeated options. */
export function collectPair(
  text: string,
  pairs: readonly (readonly [string, string])[] = [],
): readonly (readonly [string, string])[] {
  let pair: unknown;
  try {
    pair = JSON.parse(text);
  } catch {
    pair = undefined;
  }
  if (!isPair(pair))
    throw new CliError('WW_ERR_CLI_USAGE', `"${text}" is no name and value.`, {
      hint: 'Write them as two words: -p key value',
    });
  return [...pairs, pair];
}

function isPair(value: unknown): value is readonly [string, string] {
  return (
    Array.isArray(value) && value.length === 2 && value.every((item) => typeof item === 'string')
  );
}
