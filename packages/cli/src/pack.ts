import { formatQuantity, inspectCode, type ExecutorConfig } from '@wasmwhisk/executor';
import { CliError } from './cli-error.js';
import { toCodeText } from './code-text.js';
import type { CommandContext } from './command-context.js';
import { listPackFiles } from './pack-files.js';
import { withProgress } from './progress.js';
import { writeOutput } from './write-output.js';
import { writeZip } from './zip-writer.js';

export interface PackRequest {
  readonly source: string;
  /** `-` for standard output. */
  readonly output: string;
  readonly main: string;
  readonly json: boolean;
  readonly config: ExecutorConfig;
  readonly context: CommandContext;
}

/** Makes the archive, checks it as the executor does, and writes it. */
export async function pack(request: PackRequest): Promise<void> {
  const { source, output, main, json, config, context } = request;
  if (json && output === '-')
    throw new CliError('WW_ERR_CLI_USAGE', '--json and -o - would both write to stdout.');
  const files = listPackFiles(source);
  const zip = writeZip(files);
  const { artifact, entryFile, runtimes } = await withProgress('checking', () =>
    inspectCode({ ...toCodeText(zip), main }, config),
  );
  if (runtimes.every(({ assessment }) => assessment.type === 'unsupported'))
    context.writeError(
      `wasmwhisk: no runtime can run ${entryFile ?? 'the module'} so far; 'wasmwhisk inspect' says why.\n`,
    );
  if (output === '-') {
    context.writeOut(zip);
    return;
  }
  writeOutput(output, zip);
  if (json)
    context.writeOut(
      `${JSON.stringify({
        file: output,
        bytes: zip.length,
        files: files.length,
        entry: entryFile,
        interface: artifact.description.guestInterface,
        digest: artifact.digest,
      })}\n`,
    );
  else
    context.writeError(
      `${output}: ${formatQuantity(zip.length, undefined)} bytes, ` +
        `${files.length === 1 ? '1 file' : `${String(files.length)} files`}, runs ${entryFile ?? ''}\n`,
    );
}
