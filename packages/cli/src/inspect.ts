import { pino } from 'pino';
import {
  Executor,
  inspectCode,
  type CodeInspection,
  type ExecutorConfig,
  type LogDestination,
} from '@wasmwhisk/executor';
import { initializeAction } from './action-init.js';
import { toCodeText, type CodeText } from './code-text.js';
import type { CommandContext } from './command-context.js';
import { exitCodes } from './exit-codes.js';
import { formatInspection, type InitVerdict } from './format-inspection.js';
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
  const inspection = await inspectCode({ ...code, main }, config, executor.runtimes);
  const verdict = await withProgress('compiling', () => tryInit(executor, request, code));
  context.writeOut(
    json
      ? formatJson(request, inspection, verdict)
      : formatInspection(file === '-' ? 'stdin' : file, inspection, verdict),
  );
  if (verdict.type === 'refused') context.endWith(exitCodes.dataInvalid.number);
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
    ...description,
    entry: rest.entry,
    entryFile: rest.entryFile,
    descriptor: rest.descriptor,
    files: rest.files,
    runtimes: rest.runtimes.map(({ name, assessment }) => ({ name, ...assessment })),
    init: verdict,
  })}\n`;
}
