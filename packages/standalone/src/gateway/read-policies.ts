import { isJsonObject, memberOf, textMember, type JsonObject } from '../entities/json-members.js';
import { Rejection } from '../rejections.js';
import { quote } from '../shown-text.js';
import { incomplete } from './api-members.js';

/** Names of the gateway's configuration in Swagger: OpenWhisk's gateway reads both. */
export const configurationNames: readonly string[] = [
  'x-gateway-configuration',
  'x-ibm-configuration',
];

/** What asks for a lock or a limit. An API that its author locked must not be open. */
const guardNames: readonly string[] = [
  'security',
  'securityDefinitions',
  'x-gateway-rate-limit',
  'x-ibm-rate-limit',
  'x-gateway-op-ext',
  'x-ibm-op-ext',
];

/** Members of the configuration that change nothing here. */
const inertNames: ReadonlySet<string> = new Set(['enforced', 'gateway', 'phase', 'testable']);

/** The one variable that may be set: the secret of a web action. */
const secretVariable = 'message.headers.x-require-whisk-auth';

/** Secrets that the gateway sends along: of all operations, or by `operationId`. */
export interface ApiSecrets {
  all: string | undefined;
  readonly byOperation: Map<string, string>;
}

/**
 * Refuses what this gateway does not do.
 *
 * @param where What is looked at, such as `the API`.
 * @throws Rejection `WW_ERR_API_GATEWAY`
 */
export function assertUnguarded(value: JsonObject, where: string): void {
  for (const name of guardNames) {
    const found = memberOf(value, name);
    if (found !== undefined && !isEmpty(found)) throw notDone(`"${name}" of ${where}`);
  }
}

/**
 * Reads what the gateway's configuration of an API asks for.
 *
 * @throws Rejection `WW_ERR_API_GATEWAY` of what is not done
 */
export function readSecrets(swagger: JsonObject): ApiSecrets {
  const secrets: ApiSecrets = { all: undefined, byOperation: new Map() };
  for (const name of configurationNames) {
    const configuration = memberOf(swagger, name);
    if (configuration === undefined) continue;
    if (!isJsonObject(configuration)) throw incomplete(`"${name}" must be an object`);
    for (const [key, value] of Object.entries(configuration))
      if (key === 'cors') assertCors(value);
      else if (key === 'assembly') readAssembly(value, secrets);
      else if (!inertNames.has(key) && !isEmpty(value)) throw notDone(`${quote(key)} of "${name}"`);
  }
  return secrets;
}

function assertCors(value: unknown): void {
  if (!isJsonObject(value)) throw incomplete('"cors" must be an object');
  for (const [key, member] of Object.entries(value))
    if (key !== 'enabled' || member !== true)
      throw notDone(`${quote(key)} of "cors" with the value ${quote(JSON.stringify(member))}`);
}

function readAssembly(value: unknown, secrets: ApiSecrets): void {
  if (!isJsonObject(value)) throw incomplete('"assembly" must be an object');
  for (const [key, member] of Object.entries(value))
    if (key !== 'execute' && !isEmpty(member)) throw notDone(`${quote(key)} of "assembly"`);
  for (const [name, policy] of policiesOf(value)) {
    if (name !== 'operation-switch') {
      const secret = readPolicy(name, policy);
      if (secret !== undefined) secrets.all = secret;
      continue;
    }
    for (const each of listOf(memberOf(policy, 'case'), 'case')) {
      if (!isJsonObject(each)) throw incomplete('a "case" must be an object');
      const operations = listOf(memberOf(each, 'operations'), 'operations');
      for (const [inner, found] of policiesOf(each)) {
        const secret = readPolicy(inner, found);
        if (secret === undefined) continue;
        for (const operation of operations)
          if (typeof operation === 'string') secrets.byOperation.set(operation, secret);
          else throw notDone('an operation of "operation-switch" that is not an operationId');
      }
    }
  }
}

function* policiesOf(value: JsonObject): Generator<readonly [string, JsonObject]> {
  for (const each of listOf(memberOf(value, 'execute'), 'execute')) {
    if (!isJsonObject(each)) throw incomplete('a policy must be an object');
    for (const [name, policy] of Object.entries(each)) {
      if (!isJsonObject(policy)) throw incomplete(`the policy ${quote(name)} must be an object`);
      yield [name, policy];
    }
  }
}

/** @returns the secret that it sets */
function readPolicy(name: string, policy: JsonObject): string | undefined {
  switch (name) {
    case 'invoke': {
      // Which action is called says "x-openwhisk".
      const verb = textMember(policy, 'verb', 'verb') ?? 'keep';
      if (verb !== 'keep') throw notDone(`the verb ${quote(verb)} of "invoke"`);
      return undefined;
    }
    case 'set-variable':
      return readVariables(policy);
    default:
      throw notDone(`the policy ${quote(name)}`);
  }
}

function readVariables(policy: JsonObject): string | undefined {
  let secret: string | undefined;
  for (const action of listOf(memberOf(policy, 'actions'), 'actions')) {
    if (!isJsonObject(action)) throw incomplete('an action of "set-variable" must be an object');
    const variable = textMember(action, 'set', 'set') ?? '';
    if (variable.toLowerCase() !== secretVariable)
      throw notDone(`"set-variable" of ${quote(variable)}`);
    // serverless-openwhisk writes it of every function, and without a value when there is no secret.
    secret = toSecret(memberOf(action, 'value')) ?? secret;
  }
  return secret;
}

/**
 * A secret as text. Of a number as it was written: web actions are secured by long ones. `true` stands
 * for credentials that the caller sends itself.
 *
 * @throws Rejection `WW_ERR_API_GATEWAY`
 */
export function toSecret(value: unknown): string | undefined {
  if (value === undefined || typeof value === 'boolean') return undefined;
  if (typeof value === 'string') return value;
  const json = JSON.stringify(value);
  if (/^-?\d/.test(json)) return json;
  throw new Rejection(
    'WW_ERR_API_GATEWAY',
    'The secret of an action must be a string, a number or true.',
  );
}

function listOf(value: unknown, name: string): readonly unknown[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value;
  throw incomplete(`"${name}" must be a list`);
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function notDone(what: string): Rejection {
  return new Rejection(
    'WW_ERR_API_GATEWAY',
    `This gateway does not support ${what}. Remove it, or protect the web action by its annotation "require-whisk-auth".`,
  );
}
