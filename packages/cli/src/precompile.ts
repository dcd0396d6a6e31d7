import type { KeyObject } from 'node:crypto';
import {
  buildPrecompiledFile,
  isArtifactError,
  type Artifact,
  type PrecompiledContent,
} from '@wasmwhisk/artifact';
import {
  formatQuantity,
  inspectCode,
  readCodeFiles,
  runtimeModules,
  toEngineOptions,
  type ExecutorConfig,
} from '@wasmwhisk/executor';
import { RuntimeSource } from '@wasmwhisk/runner';
import type { SerializedCode, WasmRuntime } from '@wasmwhisk/runtime';
import { CliError } from './cli-error.js';
import { toCodeText, type CodeText } from './code-text.js';
import type { CommandContext } from './command-context.js';
import { isOpenToOthers, readSigningKey } from './key-file.js';
import { withProgress } from './progress.js';
import { readInput } from './read-input.js';
import { version } from './version.js';
import { writeOutput } from './write-output.js';
import { writeZip } from './zip-writer.js';

export interface PrecompileRequest {
  /** `-` for standard input. */
  readonly file: string;
  /** `-` for standard output. */
  readonly output: string;
  readonly keyFile: string;
  readonly main: string;
  readonly json: boolean;
  readonly config: ExecutorConfig;
  readonly context: CommandContext;
}

/** The runtime of `auto`: the only one that has code for a file. */
const precompilingRuntime = 'wasmtime';

/**
 * Compiles, signs, checks the outcome as the executor does, and writes it.
 *
 * @throws CliError, ExecutorError, WasmRuntimeError
 */
export async function precompile(request: PrecompileRequest): Promise<void> {
  const { file, output, keyFile, main, json, config, context } = request;
  if (json && output === '-')
    throw new CliError('WW_ERR_CLI_USAGE', '--json and -o - would both write to stdout.');
  const { privateKey, publicKey } = readSigningKey(keyFile);
  if (isOpenToOthers(keyFile))
    context.writeError(
      `wasmwhisk: others than its owner may read or change ${keyFile}; chmod 600 it.\n`,
    );
  const code = toCodeText(readInput(file));
  const runtimes = new RuntimeSource(runtimeModules, { engine: toEngineOptions(config) });
  try {
    const { artifact, entryFile } = await inspectCode({ ...code, main }, config, runtimes);
    if (artifact.precompiled !== undefined)
      throw new CliError('WW_ERR_CLI_FILE_INVALID', `${file} is precompiled already.`, {
        hint: 'Compile the module that it was made of.',
      });
    const startedAt = performance.now();
    const { engine, bytes } = await withProgress('compiling', () =>
      compile(artifact, config, runtimes),
    );
    const compileMs = performance.now() - startedAt;
    const signed = buildFile(
      { engine, code: bytes, original: artifact, createdBy: `wasmwhisk ${version}` },
      privateKey,
    );
    const written = await replaceEntry(request, code, entryFile, signed);
    // An output that the executor would refuse, such as one above its limits, is not written.
    const policy = { ...config.policy, precompiledKeys: [publicKey] };
    const checked = await inspectCode(
      { ...toCodeText(written), main },
      { limits: config.limits, policy },
      runtimes,
    );
    if (output === '-') {
      context.writeOut(written);
      return;
    }
    writeOutput(output, written);
    const { runtime, target, settings } = engine;
    if (json)
      context.writeOut(
        `${JSON.stringify({
          file: output,
          bytes: written.length,
          entry: entryFile,
          ...{ runtime, engine: engine.engine, target, settings },
          originalBytes: artifact.bytes.length,
          originalDigest: artifact.digest,
          codeBytes: bytes.length,
          codeDigest: checked.artifact.digest,
          publicKey,
          compileMs: Math.round(compileMs),
        })}\n`,
      );
    else
      context.writeError(
        `${output}: ${size(written)} bytes, of them ${size(bytes)} of code from ${size(artifact.bytes)} of WebAssembly, ` +
          `in ${compileMs.toFixed(0)} ms, for ${engine.engine} on ${target}, signed by ${publicKey}\n`,
      );
  } finally {
    await runtimes.close();
  }
}

async function compile(
  artifact: Artifact,
  { runtime: { name }, limits, policy }: ExecutorConfig,
  runtimes: RuntimeSource,
): Promise<SerializedCode> {
  const runtime: WasmRuntime = await runtimes.get(name === 'auto' ? precompilingRuntime : name);
  if (runtime.serialize === undefined)
    throw new CliError(
      'WW_ERR_CLI_USAGE',
      `The runtime ${runtime.name} has no code that could be written to a file.`,
      { hint: `Use --runtime ${precompilingRuntime}.` },
    );
  const { memoryBytes, tableElements } = limits;
  const compiled = await runtime.precompile(artifact, {
    memoryBytes,
    tableElements,
    arrays: policy.arrays,
  });
  return runtime.serialize(compiled);
}

function buildFile(content: PrecompiledContent, privateKey: KeyObject): Uint8Array {
  try {
    return buildPrecompiledFile(content, privateKey);
  } catch (error) {
    if (!isArtifactError(error)) throw error;
    throw new CliError('WW_ERR_CLI_FILE_INVALID', error.message, { cause: error });
  }
}

/** The signed file, in the archive that the module came in, if it came in one. */
async function replaceEntry(
  { main, config }: PrecompileRequest,
  code: CodeText,
  entryFile: string | undefined,
  signed: Uint8Array,
): Promise<Uint8Array> {
  if (entryFile === undefined) return signed;
  const files = (await readCodeFiles({ ...code, main }, config.limits)) ?? [];
  return writeZip(
    files.map((file) => (file.path === entryFile ? { ...file, bytes: signed } : file)),
  );
}

function size(bytes: Uint8Array): string {
  return formatQuantity(bytes.length, undefined);
}
