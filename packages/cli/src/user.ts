import { openUsers, type Identity, type UserRequest, type Users } from '@wasmwhisk/standalone';
import { CliError } from './cli-error.js';
import type { CommandContext } from './command-context.js';

/** @throws Rejection `WW_ERR_API_USER`, `WW_ERR_API_EXISTS`; StorageError */
export function createUser(
  dataFolder: string,
  request: UserRequest,
  json: boolean,
  context: CommandContext,
): void {
  print(
    withUsers(dataFolder, (users) => users.create(request)),
    json,
    context,
  );
}

/** @throws CliError `WW_ERR_CLI_USER_MISSING`; StorageError */
export function showUser(
  dataFolder: string,
  subject: string,
  json: boolean,
  context: CommandContext,
): void {
  const identity = withUsers(dataFolder, (users) => users.find(subject));
  if (identity === undefined) throw missing(subject, dataFolder);
  print(identity, json, context);
}

/** @throws StorageError */
export function listUsers(dataFolder: string, json: boolean, context: CommandContext): void {
  const identities = withUsers(dataFolder, (users) => users.list());
  if (json) {
    const shown = identities.map(({ subject, namespace, uuid }) => ({ subject, namespace, uuid }));
    context.writeOut(`${JSON.stringify(shown)}\n`);
    return;
  }
  const width = Math.max(0, ...identities.map(({ subject }) => subject.length));
  for (const { subject, namespace } of identities)
    context.writeOut(`${subject.padEnd(width)}  ${namespace}\n`);
}

/** @throws CliError `WW_ERR_CLI_USER_MISSING`; StorageError */
export function deleteUser(
  dataFolder: string,
  subject: string,
  json: boolean,
  context: CommandContext,
): void {
  if (!withUsers(dataFolder, (users) => users.remove(subject))) throw missing(subject, dataFolder);
  if (json) context.writeOut(`${JSON.stringify({ subject })}\n`);
  else context.writeError(`${subject} is deleted.\n`);
}

function withUsers<Result>(dataFolder: string, work: (users: Users) => Result): Result {
  using opened = openUsers({ dataFolder });
  return work(opened.users);
}

/** The key on a line of its own, for `$(…)`. */
function print(identity: Identity, json: boolean, { writeOut }: CommandContext): void {
  const { subject, namespace, uuid, authKey } = identity;
  writeOut(json ? `${JSON.stringify({ subject, namespace, uuid, authKey })}\n` : `${authKey}\n`);
}

function missing(subject: string, dataFolder: string): CliError {
  return new CliError(
    'WW_ERR_CLI_USER_MISSING',
    `There is no user "${subject}" in ${dataFolder}.`,
    { hint: "'wasmwhisk user list' shows all of them." },
  );
}
