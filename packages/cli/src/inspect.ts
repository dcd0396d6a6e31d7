import type { PrecompiledClaims } from '@wasmwhisk/artifact';
import { pino } from 'pino';
import {
  Executor,
  inspectCode,
  readCodeClaims,
  type CodeInspection,
  type ExecutorConfig,
  type LogDestination,
} from '@wasmwhisk/executor';
import { isWasmRuntimeError, type WasmRuntimeError } from '@wasmwhisk/runtime';
import { initializeAction } from './action-init.js';
import { toCodeText, type CodeText } from './code-text.js';
import type { CommandContext } from './command-context.js';
import { exitCodes } from './exit-codes.js';
import { formatInspection, formatUntrusted, type InitVerdict } from './format-inspection.js';
import { withProgress } from './progress.js';
import { readInput } from './read-input.js';
import { toReportedError } from './report-error.js';

export interface InspectRequest {
  /** `-` for standard input. */
  readonly file: string;
  readonly main: string;
  readonly annotations: readonly (readonly [name: string, value: string])[];
  readonly json: boolean;
  readonly config: ExecutorConfig;
  readonly context: CommandContext;
}

/** Prints what a file is and whether it would be taken. */
export async function inspect(request: InspectRequest): Promise<void> {
  const { file, main, json, config, context } = request;
  const bytes = readInput(file);
  const code = toCodeText(bytes);
  await using executor = new Executor({
    config,
    mode: 'service',
    logger: pino({ enabled: false }),
    environment: context.environment,
    destination: noLogs,
  });
  let inspection: CodeInspection;
  try {
    inspection = await inspectCode({ ...code, main }, config, executor.runtimes);
  } catch (error) {
    await printUntrusted(request, code, error);
    return;
  }
  const verdict = await withProgress('compiling', () => tryInit(executor, request, code));
  context.writeOut(
    json
      ? formatJson(request, inspection, verdict)
      : formatInspection(file === '-' ? 'stdin' : file, inspection, verdict),
  );
  if (verdict.type === 'refused') context.endWith(exitCodes.dataInvalid.number);
}

/** Prints what precompiled code claims that was refused as untrusted; throws every other refusal again. */
async function printUntrusted(
  request: InspectRequest,
  code: CodeText,
  refusal: unknown,
): Promise<void> {
  const { file, main, json, config, context } = request;
  if (!isWasmRuntimeError(refusal) || refusal.code !== 'WW_ERR_ARTIFACT_UNTRUSTED') throw refusal;
  const claims = await readCodeClaims({ ...code, main }, config.limits);
  if (claims === undefined) throw refusal;
  context.writeOut(
    json
      ? formatUntrustedJson(file, claims, refusal)
      : formatUntrusted(file === '-' ? 'stdin' : file, claims, refusal.message),
  );
  context.endWith(exitCodes.dataInvalid.number);
}

const noLogs: LogDestination = {
  line: () => undefined,
  end: () => undefined,
  refusal: () => undefined,
};

/** The same code path that a real `/init` takes: nothing else would be the truth. */
async function tryInit(
  executor: Executor,
  request: InspectRequest,
  code: CodeText,
): Promise<InitVerdict> {
  try {
    await initializeAction(executor.containers.create(), { ...request, variables: [] }, code);
    return { type: 'taken' };
  } catch (error) {
    const report = toReportedError(error);
    if (report.exit !== 'dataInvalid') throw error;
    return { type: 'refused', code: report.code, reason: report.message };
  }
}

function formatJson(
  { file }: InspectRequest,
  { artifact, ...rest }: CodeInspection,
  verdict: InitVerdict,
): string {
  const { digest, bytes, description } = artifact;
  return `${JSON.stringify({
    file,
    digest,
    bytes: bytes.length,
    precompiled:
      rest.precompiled === undefined ? undefined : toPrecompiledJson(rest.precompiled, true),
    ...description,
    entry: rest.entry,
    entryFile: rest.entryFile,
    descriptor: rest.descriptor,
    files: rest.files,
    runtimes: rest.runtimes.map(({ name, assessment }) => ({ name, ...assessment })),
    init: verdict,
  })}\n`;
}

function formatUntrustedJson(
  file: string,
  claims: PrecompiledClaims,
  { code, message: reason }: WasmRuntimeError,
): string {
  const init: InitVerdict = { type: 'refused', code, reason };
  return `${JSON.stringify({ file, precompiled: toPrecompiledJson(claims, false), init })}\n`;
}

/** Who signed precompiled code and what it is; only claims unless `trusted`. */
function toPrecompiledJson(
  { signer, manifest }: PrecompiledClaims,
  trusted: boolean,
): Readonly<Record<string, unknown>> {
  const { engine, originalDigest, codeDigest, createdBy } = manifest;
  return { trusted, signer, ...engine, originalDigest, codeDigest, createdBy };
}
