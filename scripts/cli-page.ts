import { buildProgram } from '@wasmwhisk/cli';

type Command = ReturnType<typeof buildProgram>;

/** What `--help` prints, examples included. */
function helpOf(command: Command, written: () => string): string {
  command.outputHelp();
  return written().trimEnd();
}

/** The page of the command line, made of what the command itself prints. */
export function renderCliPage(generated: string): string {
  let text = '';
  const program = buildProgram({
    writeOut: (part) => {
      text += typeof part === 'string' ? part : Buffer.from(part).toString('utf8');
    },
    writeError: () => undefined,
    environment: {},
    endWith: () => undefined,
  });
  const written = (): string => {
    const whole = text;
    text = '';
    return whole;
  };
  const block = (command: Command): string => `\`\`\`text\n${helpOf(command, written)}\n\`\`\``;
  const withoutHelp = (commands: readonly Command[]): readonly Command[] =>
    commands.filter((command) => command.name() !== 'help');
  const commands = withoutHelp(program.commands).map((command) =>
    [
      `## wasmwhisk ${command.name()}\n\n${block(command)}`,
      ...withoutHelp(command.commands).map((inner) => block(inner)),
    ].join('\n\n'),
  );
  return `# The wasmwhisk command

${generated}

After \`npm install\` and \`npm run build\` it is \`node_modules/.bin/wasmwhisk\`. What holds for every command:

- Results go to stdout and nothing else does; logs, progress and errors go to stderr.
- An error is one line, \`wasmwhisk: \` and what to do about it (of a configuration: one line for each problem). With
  \`--verbose\` come its code and where it was thrown, with \`--json\` one object
  \`{"error":{"code","message","hint","exitCode"}}\`. What the codes mean: [errors](errors.md).
- Exit codes are those of one table: [exit codes](exit-codes.md).
- Settings are the same everywhere: \`--config FILE\`, \`WASMWHISK_*\` and \`--set path=value\`
  ([configuration](configuration.md)).

${block(program)}

${commands.join('\n\n')}
`;
}
