import type { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { addDataOption, readDataFolder, type DataOptionValues } from '../data-options.js';

interface UserOptions extends DataOptionValues {
  readonly json?: boolean;
}

interface CreateOptions extends UserOptions {
  readonly namespace?: string;
  readonly auth?: string;
}

/** `wasmwhisk user`: who may call a standalone OpenWhisk. */
export function addUserCommand(program: Command, context: CommandContext): void {
  const user = program
    .command('user')
    .summary('create, show, list and delete users of a standalone OpenWhisk')
    .description(
      `Users of 'wasmwhisk standalone', as wskadmin has them: a subject, a namespace and an auth key.
Works on the data folder, whether a server uses it or not; a server knows of a change
within a tenth of a second.`,
    )
    .addHelpText(
      'after',
      `
Examples:
  wasmwhisk user create alice
  wsk property set --auth "$(wasmwhisk user get alice)"
  wasmwhisk user list
  wasmwhisk user delete guest`,
    );
  addCreateCommand(user, context);
  addGetCommand(user, context);
  addListCommand(user, context);
  addDeleteCommand(user, context);
}

function addCreateCommand(user: Command, context: CommandContext): void {
  const command = user
    .command('create')
    .summary('create a user and print the auth key')
    .description(
      'Creates a user and prints the auth key, uuid:key: what `wsk property set --auth` takes.',
    )
    .argument('<subject>', 'name of the user, 5 characters at least')
    .option('--namespace <name>', 'namespace of the user (default: the subject)')
    .option('-u, --auth <key>', 'auth key, uuid:key (default: a new one)')
    .option('--json', 'print {"subject":...,"namespace":...,"uuid":...,"authKey":...}');
  addDataOption(command)
    .addHelpText(
      'after',
      `
Examples:
  wasmwhisk user create alice
  wasmwhisk user create alice --namespace team --json`,
    )
    .action(async (subject: string, { namespace, auth, json, ...values }: CreateOptions) => {
      const { createUser } = await import('../user.js');
      const request = {
        subject,
        ...(namespace === undefined ? {} : { namespace }),
        ...(auth === undefined ? {} : { authKey: auth }),
      };
      createUser(await readDataFolder(values, context), request, json === true, context);
    });
}

function addGetCommand(user: Command, context: CommandContext): void {
  const command = user
    .command('get')
    .summary('print the auth key of a user')
    .description('Prints the auth key of a user, uuid:key.')
    .argument('<subject>', 'name of the user')
    .option('--json', 'print {"subject":...,"namespace":...,"uuid":...,"authKey":...}');
  addDataOption(command)
    .addHelpText(
      'after',
      `
Examples:
  wasmwhisk user get guest
  wasmwhisk user get guest --data ./whisk --json`,
    )
    .action(async (subject: string, { json, ...values }: UserOptions) => {
      const { showUser } = await import('../user.js');
      showUser(await readDataFolder(values, context), subject, json === true, context);
    });
}

function addListCommand(user: Command, context: CommandContext): void {
  const command = user
    .command('list')
    .summary('list users and their namespaces')
    .description('Prints a line for each user: subject and namespace. Keys are not printed.')
    .option('--json', 'print [{"subject":...,"namespace":...,"uuid":...}]');
  addDataOption(command)
    .addHelpText(
      'after',
      `
Examples:
  wasmwhisk user list
  wasmwhisk user list --json`,
    )
    .action(async ({ json, ...values }: UserOptions) => {
      const { listUsers } = await import('../user.js');
      listUsers(await readDataFolder(values, context), json === true, context);
    });
}

function addDeleteCommand(user: Command, context: CommandContext): void {
  const command = user
    .command('delete')
    .summary('delete a user')
    .description(
      `Deletes a user: the key is worthless from then on. What the user deployed stays, and belongs to
the next user of that namespace.`,
    )
    .argument('<subject>', 'name of the user')
    .option('--json', 'print {"subject":...}');
  addDataOption(command)
    .addHelpText(
      'after',
      `
Examples:
  wasmwhisk user delete alice
  wasmwhisk user delete guest --data ./whisk`,
    )
    .action(async (subject: string, { json, ...values }: UserOptions) => {
      const { deleteUser } = await import('../user.js');
      deleteUser(await readDataFolder(values, context), subject, json === true, context);
    });
}
