import { readSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';
import {
  choosePrecompiledRuntime,
  chooseRuntime,
  inspectCode,
  runtimeModules,
  toEngineOptions,
  type ExecutorConfig,
} from '@wasmwhisk/executor';
import { RuntimeSource } from '@wasmwhisk/runner';
import {
  isWasmRuntimeError,
  WasmRuntimeError,
  type CommandRun,
  type DirectoryGrant,
} from '@wasmwhisk/runtime';
import { CliError, systemCode, toFileError } from './cli-error.js';
import { toCodeText } from './code-text.js';
import type { CommandContext } from './command-context.js';
import { exitCodes } from './exit-codes.js';
import { withProgress } from './progress.js';
import { readInput } from './read-input.js';

export interface RunRequest {
  /** `-` for standard input. */
  readonly file: string;
  readonly args: readonly string[];
  /** `HOST::GUEST`, or `HOST`. */
  readonly directories: readonly string[];
  readonly variables: readonly (readonly [name: string, value: string])[];
  readonly config: ExecutorConfig;
  readonly context: CommandContext;
}

/** The system keeps 8 bits of what a process ends with: 256 would be a success. */
const exitCodeMax = 255;

/**
 * Runs a command in this thread, where its streams are. No deadline: Ctrl-C ends it with the process.
 *
 * @throws CliError, ExecutorError, WasmRuntimeError
 */
export async function run(request: RunRequest): Promise<void> {
  const { file, config, context } = request;
  const { limits } = config;
  const directories = request.directories.map(toDirectory);
  const code = toCodeText(readInput(file));
  const runtimes = new RuntimeSource(runtimeModules, { engine: toEngineOptions(config) });
  try {
    const { artifact } = await inspectCode({ ...code, main: 'main' }, config, runtimes);
    const name = await (artifact.precompiled === undefined
      ? chooseRuntime(artifact.description, config.runtime.name, runtimes)
      : choosePrecompiledRuntime(artifact.precompiled, config.runtime.name, runtimes));
    const runtime = await runtimes.get(name);
    if (runtime.runCommand === undefined)
      throw new WasmRuntimeError(
        'WW_ERR_ARTIFACT_UNSUPPORTED',
        `The runtime ${name} runs actions only, no plain commands.`,
      );
    const { memoryBytes, tableElements, resultBytes } = limits;
    const compiled = await withProgress('compiling', () =>
      runtime.precompile(artifact, { memoryBytes, tableElements, arrays: config.policy.arrays }),
    );
    const command: CommandRun = {
      args: [file === '-' ? 'stdin' : path.basename(file), ...request.args],
      environment: request.variables,
      directories,
      limits: { memoryBytes, tableElements, resultBytes },
      readStdin,
      writeStdout: (bytes) => {
        writeAll(1, bytes);
      },
      writeStderr: (bytes) => {
        writeAll(2, bytes);
      },
    };
    const never = new AbortController().signal;
    const { exitCode } = await runtime.runCommand(compiled, command, never);
    if (exitCode > exitCodeMax)
      context.writeError(`wasmwhisk: The guest exited with code ${String(exitCode)}.\n`);
    context.endWith(Math.min(exitCode, exitCodeMax));
  } catch (error) {
    if (!isGuestsEnd(error)) throw error;
    const frames = (error.details.backtrace ?? []).map((frame) => `    at ${frame}\n`);
    context.writeError(`wasmwhisk: ${error.message}\n${frames.join('')}`);
    context.endWith(exitCodes.trap.number);
  } finally {
    await runtimes.close();
  }
}

function isGuestsEnd(error: unknown): error is WasmRuntimeError {
  return (
    isWasmRuntimeError(error) &&
    (error.code === 'WW_ERR_GUEST_TRAP' || error.code === 'WW_ERR_RUN_MEMORY_LIMIT')
  );
}

/** @throws CliError `WW_ERR_CLI_USAGE`, `WW_ERR_CLI_FILE_MISSING` */
function toDirectory(text: string): DirectoryGrant {
  const [host = '', guest = host, ...more] = text.split('::');
  if (host === '' || guest === '' || more.length > 0)
    throw new CliError('WW_ERR_CLI_USAGE', `"${text}" is no folder to give.`, {
      hint: 'Write --dir HOST::GUEST, or --dir HOST.',
    });
  let isDirectory: boolean;
  try {
    isDirectory = statSync(host).isDirectory();
  } catch (error) {
    throw toFileError(host, error);
  }
  if (!isDirectory) throw new CliError('WW_ERR_CLI_FILE_MISSING', `${host} is no folder.`);
  return { hostPath: path.resolve(host), guestPath: guest, access: 'read-write' };
}

/** How long to wait for a terminal or pipe that has nothing yet or takes nothing now, in milliseconds. */
const retryMs = 5;

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Blocks until there is input, as a native program does; an empty array is the end. */
function readStdin(maxBytes: number): Uint8Array {
  const buffer = new Uint8Array(Math.min(maxBytes, 64 * 1024));
  for (;;) {
    try {
      return buffer.subarray(0, readSync(0, buffer));
    } catch (error) {
      // The other end of a pipe that is gone counts as its end.
      if (systemCode(error) === 'EOF') return new Uint8Array();
      if (systemCode(error) !== 'EAGAIN') throw error;
      Atomics.wait(sleeper, 0, 0, retryMs);
    }
  }
}

function writeAll(fileDescriptor: 1 | 2, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(fileDescriptor, bytes, written);
    } catch (error) {
      // A native program would get SIGPIPE here.
      if (systemCode(error) === 'EPIPE') process.exit(exitCodes.brokenPipe.number);
      if (systemCode(error) !== 'EAGAIN') throw error;
      Atomics.wait(sleeper, 0, 0, retryMs);
    }
  }
}
