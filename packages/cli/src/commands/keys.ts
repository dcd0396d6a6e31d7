import type { Command } from 'commander';
import type { CommandContext } from '../command-context.js';

interface CreateOptions {
  readonly out: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

interface ShowOptions {
  readonly json?: boolean;
}

/** `wasmwhisk keys`: keys that sign precompiled code. */
export function addKeysCommand(program: Command, context: CommandContext): void {
  const keys = program
    .command('keys')
    .summary('create a key that signs precompiled code, and show its public half')
    .description(
      `Keys of 'wasmwhisk precompile'. An executor takes precompiled code only when policy.precompiledKeys
lists the public key that signed it. Who has the private key can run native code on every executor
that lists the public one.`,
    )
    .addHelpText(
      'after',
      `
Examples:
  wasmwhisk keys create --out build-key.pem
  wasmwhisk keys show build-key.pem
  wasmwhisk serve --set policy.precompiledKeys="$(wasmwhisk keys show build-key.pem)"`,
    );
  addCreateCommand(keys, context);
  addShowCommand(keys, context);
}

function addCreateCommand(keys: Command, context: CommandContext): void {
  keys
    .command('create')
    .summary('create an Ed25519 key')
    .description(
      `Writes a new private key to a file that only its owner may read (PEM, PKCS #8), and prints the
public key: the line for the operator's policy.precompiledKeys.`,
    )
    .option('-o, --out <file>', 'the file to write', 'wasmwhisk-key.pem')
    .option('--force', 'replace the file when it exists')
    .option('--json', 'print {"file":...,"publicKey":...}')
    .addHelpText(
      'after',
      `
Examples:
  wasmwhisk keys create
  wasmwhisk keys create --out build-key.pem --json`,
    )
    .action(async ({ out, force, json }: CreateOptions) => {
      const { createKeyFile } = await import('../key-file.js');
      const { publicKey } = createKeyFile(out, force === true);
      print(context, json, { file: out, publicKey });
      if (json !== true)
        context.writeError(
          `${out}: private key, which 'wasmwhisk precompile --key ${out}' signs with. Keep it secret; ` +
            "the line above goes into the operator's policy.precompiledKeys.\n",
        );
    });
}

function addShowCommand(keys: Command, context: CommandContext): void {
  keys
    .command('show')
    .summary('print the public key of a key file')
    .description("Prints the public key of a key file: the line for the operator's policy.")
    .argument('<file>', 'a private or public key, in PEM')
    .option('--json', 'print {"file":...,"publicKey":...}')
    .addHelpText(
      'after',
      `
Examples:
  wasmwhisk keys show build-key.pem
  wasmwhisk keys show build-key.pem --json`,
    )
    .action(async (file: string, { json }: ShowOptions) => {
      const { readPublicKey } = await import('../key-file.js');
      print(context, json, { file, publicKey: readPublicKey(file) });
    });
}

function print(
  context: CommandContext,
  json: boolean | undefined,
  key: { readonly file: string; readonly publicKey: string },
): void {
  context.writeOut(json === true ? `${JSON.stringify(key)}\n` : `${key.publicKey}\n`);
}
