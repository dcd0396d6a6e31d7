import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { CliError, systemCode, toFileError } from './cli-error.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Which OpenWhisk is meant, and as whom. */
export interface ApiTarget {
  /** Such as `http://127.0.0.1:3233`, without a path. */
  readonly url: string;
  /** `uuid:key`. */
  readonly authKey: string;
  /** Where the key was found, for messages; never the key itself. */
  readonly authSource: string;
}

/** What was said on the command line. */
export interface ApiTargetOptions {
  readonly apihost?: string | undefined;
  readonly auth?: string | undefined;
}

interface Found {
  readonly value: string;
  readonly source: string;
}

const localUrl = 'http://127.0.0.1:3233';

/**
 * Finds the OpenWhisk to talk to as `wsk` does: flags, then WHISK_APIHOST and WHISK_AUTH, then the file
 * of `wsk property set`; and where none of them says anything, the standalone one on this machine.
 *
 * @param defaultKey The published key of `guest`, for an OpenWhisk on this machine only.
 * @throws CliError `WW_ERR_CLI_USAGE` of an address that is none, `WW_ERR_CLI_CREDENTIALS` without key
 */
export function findApiTarget(
  options: ApiTargetOptions,
  environment: Environment,
  defaultKey: string,
): ApiTarget {
  const { file, values } = readProperties(environment);
  const host =
    found(options.apihost, '--apihost') ??
    found(environment['WHISK_APIHOST'], 'WHISK_APIHOST') ??
    found(values.get('APIHOST'), file);
  const key =
    found(options.auth, '--auth') ??
    found(environment['WHISK_AUTH'], 'WHISK_AUTH') ??
    found(values.get('AUTH'), file);
  const url = host === undefined ? new URL(localUrl) : toUrl(host);
  if (key === undefined && !isThisMachine(url))
    throw new CliError('WW_ERR_CLI_CREDENTIALS', `There is no auth key for ${url.origin}.`, {
      hint: "Give one with --auth or WHISK_AUTH, or run 'wsk property set --auth KEY'.",
    });
  return {
    url: url.origin,
    authKey: key?.value ?? defaultKey,
    authSource: key?.source ?? 'the published default',
  };
}

function found(value: string | undefined, source: string): Found | undefined {
  const text = value?.trim() ?? '';
  return text === '' ? undefined : { value: text, source };
}

/** Without a scheme it is HTTPS, as for `wsk`; on this machine it is HTTP, which is what listens there. */
function toUrl({ value, source }: Found): URL {
  const hasScheme = /^https?:\/\//i.test(value);
  const url = parseUrl(hasScheme ? value : `https://${value}`);
  const hint = `Write it as ${localUrl}.`;
  if (url === undefined)
    throw new CliError('WW_ERR_CLI_USAGE', `${source} holds "${value}", which is no address.`, {
      hint,
    });
  // Not repeated: it may be a password.
  if (`${url.username}${url.password}` !== '')
    throw new CliError('WW_ERR_CLI_USAGE', `The address of ${source} holds a name or password.`, {
      hint,
    });
  return hasScheme || !isThisMachine(url) ? url : new URL(`http://${value}`);
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** Whether the address never leaves this machine. */
export function isThisMachine({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.[\d.]+$/.test(hostname);
}

interface Properties {
  readonly file: string;
  readonly values: ReadonlyMap<string, string>;
}

/** The file of `wsk property set`: lines of KEY=VALUE; one with a second `=` is ignored, as `wsk` does. */
function readProperties(environment: Environment): Properties {
  const named = environment['WSK_CONFIG_FILE'] ?? '';
  const file =
    named === '' ? path.join(environment['HOME'] ?? homedir(), '.wskprops') : path.resolve(named);
  const values = new Map<string, string>();
  for (const line of readText(file, named !== '').split('\n')) {
    const [name, value, ...more] = line.split('=');
    if (name !== undefined && value !== undefined && more.length === 0)
      values.set(name.trim(), value.trim());
  }
  return { file, values };
}

function readText(file: string, mustExist: boolean): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (!mustExist && systemCode(error) === 'ENOENT') return '';
    throw toFileError(file, error);
  }
}
