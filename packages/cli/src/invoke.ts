import { pino } from 'pino';
import {
  Caller,
  Executor,
  toRunFailure,
  type Container,
  type ExecutorConfig,
  type LogDestination,
  type LogLine,
  type RunAnswer,
} from '@wasmwhisk/executor';
import { jsonTextToBytes, jsonTextToString } from '@wasmwhisk/json-text';
import { toAnswerBody } from '@wasmwhisk/protocol';
import { actionName, initializeAction } from './action-init.js';
import { buildArguments } from './arguments-text.js';
import { toCodeText } from './code-text.js';
import type { CommandContext } from './command-context.js';
import { exitCodes, type ExitReason } from './exit-codes.js';
import { withProgress } from './progress.js';
import { readInput } from './read-input.js';
import { toReportedError } from './report-error.js';
import { exitCodeOf, watchStopSignals } from './stop-signals.js';

type Pairs = readonly (readonly [name: string, value: string])[];

export interface InvokeRequest {
  /** `-` for standard input. */
  readonly file: string;
  readonly parameters: Pairs;
  readonly parameterFile: string | undefined;
  /** Values are JSON, or else strings. */
  readonly annotations: Pairs;
  readonly variables: Pairs;
  readonly main: string;
  readonly json: boolean;
  readonly config: ExecutorConfig;
  readonly context: CommandContext;
}

/** Initialises an action, runs it once and prints what came of it. */
export async function invoke(request: InvokeRequest): Promise<void> {
  const { context, json } = request;
  const code = toCodeText(readInput(request.file));
  const parameterText =
    request.parameterFile === undefined ? undefined : readInput(request.parameterFile);
  const input = buildArguments(parameterText, request.parameters);
  const logs = new InvokeLogs(json, context);
  const signals = watchStopSignals();
  const caller = new Caller();
  void signals.stopped.then((signal) => {
    caller.go();
    context.endWith(exitCodeOf(signal));
  });
  const executor = new Executor({
    config: request.config,
    mode: 'service',
    logger: pino({ enabled: false }),
    environment: context.environment,
    destination: logs,
  });
  try {
    const container = executor.containers.create();
    const startedAt = performance.now();
    await withProgress('preparing', () => initializeAction(container, request, code));
    const initMs = performance.now() - startedAt;
    logs.open = true;
    const outcome = await withProgress('running', () => run(container, request, input, caller));
    if (caller.gone) return;
    const report = { outcome, logs: logs.lines, initMs };
    if (json) context.writeOut(formatJson(report));
    else print(report, context);
    context.endWith(exitCodes[exitOf(outcome)].number);
  } finally {
    signals.release();
    await executor.close();
  }
}

/** The action's log: to stderr as it comes, or kept for the JSON object. */
class InvokeLogs implements LogDestination {
  readonly lines: LogLine[] = [];
  readonly #keep: boolean;
  readonly #context: CommandContext;
  /** What `/init` says of a failure comes as an error already. */
  open = false;

  constructor(keep: boolean, context: CommandContext) {
    this.#keep = keep;
    this.#context = context;
  }

  line(_owner: unknown, line: LogLine): void {
    if (!this.open) return;
    if (this.#keep) this.lines.push(line);
    else this.#context.writeError(`${line.log}\n`);
  }

  end(): void {
    // The run's own end says so.
  }

  refusal(): void {
    // One container, one run: nothing is ever refused.
  }
}

type Outcome =
  | { readonly type: 'answered'; readonly answer: RunAnswer }
  | { readonly type: 'failed'; readonly error: unknown };

async function run(
  container: Container,
  { file, config }: InvokeRequest,
  input: ReturnType<typeof buildArguments>,
  caller: Caller,
): Promise<Outcome> {
  const deadlineEpochMs =
    Date.now() + Math.min(config.limits.timeoutMs, config.limits.timeoutMsMax);
  const activationId = crypto.randomUUID().replaceAll('-', '');
  try {
    const answer = await container.run(
      {
        value: input,
        context: [
          ['__OW_NAMESPACE', '_'],
          ['__OW_ACTION_NAME', `/_/${actionName(file)}`],
          ['__OW_ACTIVATION_ID', activationId],
          ['__OW_DEADLINE', String(deadlineEpochMs)],
        ],
        activationId,
        transactionId: undefined,
        namespace: undefined,
        actionName: undefined,
        deadlineEpochMs: undefined,
      },
      caller,
    );
    return { type: 'answered', answer };
  } catch (error) {
    return { type: 'failed', error };
  }
}

function exitOf(outcome: Outcome): ExitReason {
  if (outcome.type === 'failed') return toReportedError(outcome.error).exit;
  return isApplicationError(outcome.answer) ? 'applicationError' : 'ok';
}

/** As OpenWhisk tells them apart: by a member `error` of the answer. */
function isApplicationError({ answer }: RunAnswer): boolean {
  if (answer.type === 'application-error') return true;
  const value: unknown = JSON.parse(jsonTextToString(answer.json));
  return typeof value === 'object' && value !== null && !Array.isArray(value) && 'error' in value;
}

interface InvokeReport {
  readonly outcome: Outcome;
  readonly logs: readonly LogLine[];
  readonly initMs: number;
}

function print({ outcome, initMs }: InvokeReport, context: CommandContext): void {
  if (outcome.type === 'failed') {
    context.writeError(`wasmwhisk: ${toReportedError(outcome.error).message}\n`);
    return;
  }
  const { answer, ranMs, usage, logBytes } = outcome.answer;
  context.writeOut(jsonTextToBytes(toAnswerBody(answer, 'plain')));
  context.writeOut('\n');
  const memory =
    usage.peakMemoryBytes === undefined
      ? []
      : [`memory ${String(Math.ceil(usage.peakMemoryBytes / 1024))} KiB`];
  const fuel = usage.fuel === undefined ? [] : [`fuel ${String(usage.fuel)}`];
  const facts = [
    `init ${formatMs(initMs)}`,
    `run ${formatMs(ranMs)}`,
    ...memory,
    ...fuel,
    `log ${String(logBytes)} bytes`,
  ];
  context.writeError(`${facts.join(', ')}\n`);
}

/** The result is put in as it was written: parsing would round its numbers. */
function formatJson({ outcome, logs, initMs }: InvokeReport): string {
  const members: string[] = [];
  const add = (name: string, text: string): void => {
    members.push(`${JSON.stringify(name)}:${text}`);
  };
  if (outcome.type === 'failed') {
    const { code, text, internal } = toRunFailure(outcome.error);
    add('status', internal ? '"whisk internal error"' : '"action developer error"');
    add('success', 'false');
    add('error', JSON.stringify({ code, message: text }));
    add('logs', JSON.stringify(logs));
    add('timing', JSON.stringify({ initMs: round(initMs) }));
  } else {
    const { answer, usage, queuedMs, ranMs } = outcome.answer;
    const failed = isApplicationError(outcome.answer);
    add('status', failed ? '"application error"' : '"success"');
    add('success', String(!failed));
    add('result', jsonTextToString(toAnswerBody(answer, 'plain')));
    add('logs', JSON.stringify(logs));
    const timing = { initMs: round(initMs), queuedMs: round(queuedMs), runMs: round(ranMs) };
    add('timing', JSON.stringify(timing));
    add('usage', JSON.stringify(usage));
  }
  return `{${members.join(',')}}\n`;
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

function formatMs(ms: number): string {
  return `${ms < 10 ? ms.toFixed(2) : ms.toFixed(0)} ms`;
}
