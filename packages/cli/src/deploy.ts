import { inspectCode, type CodeInspection, type ExecutorConfig } from '@wasmwhisk/executor';
import { callApi } from './api-client.js';
import { findApiTarget, type ApiTarget, type ApiTargetOptions } from './api-target.js';
import { toValueText } from './arguments-text.js';
import { CliError } from './cli-error.js';
import { toCodeText } from './code-text.js';
import type { CommandContext } from './command-context.js';
import { formatDeployed, type DeployedAction } from './deployed-action.js';
import { readDeployCode } from './deploy-code.js';
import { withProgress } from './progress.js';
import { guestKey, isPublishedKey } from './published-keys.js';

type Pairs = readonly (readonly [name: string, value: string])[];

export interface DeployRequest {
  /** A module, component, zip, gzip tar or folder. */
  readonly source: string;
  readonly name: string;
  readonly package: string | undefined;
  readonly kind: string;
  readonly main: string | undefined;
  /** `undefined`: what the action has already, or none. */
  readonly web: 'yes' | 'raw' | 'no' | undefined;
  /** Values are JSON, or else strings. */
  readonly parameters: Pairs;
  readonly annotations: Pairs;
  /** Only those given; OpenWhisk completes them. In MiB and milliseconds. */
  readonly limits: Readonly<Partial<Record<'memory' | 'timeout' | 'concurrency', number>>>;
  readonly overwrite: boolean;
  readonly target: ApiTargetOptions;
  readonly json: boolean;
  readonly config: ExecutorConfig;
  readonly context: CommandContext;
}

/**
 * Packs code, uploads it as an action, and prints how to invoke it.
 *
 * @throws CliError of the file, and of everything that OpenWhisk may answer
 */
export async function deploy(request: DeployRequest): Promise<void> {
  const { source, kind, main, context, config } = request;
  const target = findApiTarget(request.target, context.environment, guestKey);
  const code = readDeployCode(source);
  // What other kinds take, their own executor knows.
  if (/^wasm:/i.test(kind)) {
    const inspection = await withProgress('checking', () =>
      inspectCode({ ...toCodeText(code), main: main ?? 'main' }, config),
    );
    context.writeError(formatRefusals(inspection));
  }
  if (request.package !== undefined) await createPackage(target, request.package);
  const startedAt = performance.now();
  const answer = await upload(target, request, code);
  const action: DeployedAction = {
    ...readAction(answer, target.url),
    bytes: code.length,
    uploadMs: performance.now() - startedAt,
    apihost: target.url,
    published: isPublishedKey(target.authKey),
    authKey: target.authKey,
  };
  context.writeOut(formatDeployed(action, request.json));
}

/** A warning where no runtime here takes the code. Deployed it is all the same: the other side may have others. */
function formatRefusals({ runtimes }: Pick<CodeInspection, 'runtimes'>): string {
  const reasons: string[] = [];
  for (const { name, assessment } of runtimes) {
    if (assessment.type === 'supported') return '';
    reasons.push(`  ${name}: ${assessment.reason.replace(/\n[^]*/, '')}\n`);
  }
  return `wasmwhisk: no runtime of this machine takes this code, so its first invocation may fail:\n${reasons.join('')}`;
}

/** Makes the package if it is missing. @throws CliError */
async function createPackage(target: ApiTarget, name: string): Promise<void> {
  try {
    const path = `namespaces/_/packages/${encodeURIComponent(name)}?overwrite=false`;
    await callApi(target, { method: 'PUT', path, body: '{}' });
  } catch (error) {
    // It is there already. Were it something else of that name, the action would be refused.
    if (!(error instanceof CliError && error.code === 'WW_ERR_CLI_ENTITY_EXISTS')) throw error;
  }
}

async function upload(target: ApiTarget, request: DeployRequest, code: Buffer): Promise<string> {
  const { name, package: inPackage, overwrite } = request;
  const path = [...(inPackage === undefined ? [] : [inPackage]), name]
    .map((segment) => encodeURIComponent(segment))
    .join('/');
  let share = 0;
  const { text } = await withProgress(
    () => `uploading ${String(Math.floor(share * 100))}%`,
    () =>
      callApi(target, {
        method: 'PUT',
        path: `namespaces/_/actions/${path}?overwrite=${String(overwrite)}`,
        body: toBody(request, code),
        onProgress: (sent) => {
          share = sent;
        },
      }),
  );
  return text;
}

/** The document of the action; values stay the text that they were written as. */
function toBody(
  { kind, main, web, parameters, annotations, limits }: DeployRequest,
  code: Buffer,
): string {
  const exec = {
    kind,
    code: code.toString('base64'),
    ...(main === undefined ? {} : { main }),
  };
  const annotated = [...webAnnotations(web), ...annotations];
  const members = [
    `"exec":${JSON.stringify(exec)}`,
    ...(parameters.length === 0 ? [] : [`"parameters":${toKeyValues(parameters)}`]),
    ...(annotated.length === 0 ? [] : [`"annotations":${toKeyValues(annotated)}`]),
    ...(Object.keys(limits).length === 0 ? [] : [`"limits":${JSON.stringify(limits)}`]),
  ];
  return `{${members.join(',')}}`;
}

/** As `wsk action create --web` writes them. */
function webAnnotations(web: DeployRequest['web']): Pairs {
  if (web === undefined) return [];
  return [
    ['web-export', String(web !== 'no')],
    ['raw-http', String(web === 'raw')],
    ['final', String(web !== 'no')],
  ];
}

function toKeyValues(pairs: Pairs): string {
  const entries = pairs.map(
    ([key, value]) => `{"key":${JSON.stringify(key)},"value":${toValueText(value)}}`,
  );
  return `[${entries.join(',')}]`;
}

/** What the answer says of the action. @throws CliError `WW_ERR_CLI_UNREACHABLE` when it is no action */
function readAction(
  text: string,
  url: string,
): Pick<DeployedAction, 'namespace' | 'name' | 'version' | 'kind' | 'web'> {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    document = undefined;
  }
  if (!isActionDocument(document))
    throw new CliError('WW_ERR_CLI_UNREACHABLE', `${url} answers without an action.`, {
      hint: 'That is not how OpenWhisk answers; is --apihost right?',
    });
  const { namespace, name, version, exec, annotations = [] } = document;
  const web = annotations.some(({ key, value }) => key === 'web-export' && value === true);
  return { namespace, name, version, kind: exec.kind, web };
}

interface ActionDocument {
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  readonly exec: { readonly kind: string };
  readonly annotations?: readonly { readonly key?: unknown; readonly value?: unknown }[];
}

function isActionDocument(value: unknown): value is ActionDocument {
  if (typeof value !== 'object' || value === null) return false;
  const { namespace, name, version, exec, annotations } = value as Record<string, unknown>;
  return (
    [namespace, name, version].every((text) => typeof text === 'string') &&
    typeof exec === 'object' &&
    exec !== null &&
    'kind' in exec &&
    typeof exec.kind === 'string' &&
    (annotations === undefined ||
      (Array.isArray(annotations) &&
        annotations.every((entry) => typeof entry === 'object' && entry !== null)))
  );
}
