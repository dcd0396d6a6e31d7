/** A request that `wsk` sent, and the reply. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly text: string;
}

/** A command taken apart: `wsk NOUN VERB NAME`. */
export interface WskCommand {
  readonly noun: string;
  readonly verb: string;
  readonly name: string;
  readonly words: readonly string[];
  /** Whether one of these flags was given. */
  has(...flags: readonly string[]): boolean;
}

export function parseCommand(command: string): WskCommand {
  // A placeholder is one word.
  const words: readonly string[] =
    command.replace(/ {3}\(props file\)$/, '').match(/<[^>]*>|\S+/g) ?? [];
  // `wsk list` is short for this.
  const [, noun = '', verb = '', name = ''] =
    words[1] === 'list' ? ['wsk', 'namespace', 'get'] : words;
  return { noun, verb, name, words, has: (...flags) => flags.some((flag) => words.includes(flag)) };
}

/** The line above a record, and after an invocation that is not waited for. */
export function invokedLine(
  { name }: WskCommand,
  reply: Readonly<Record<string, unknown>>,
): string {
  const path = name.startsWith('/') ? name : `/_/${name}`;
  return `ok: invoked ${path} with id ${String(reply['activationId'])}`;
}
