import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { ExecutorConfig } from '@wasmwhisk/executor';
import { CliError, systemCode } from './cli-error.js';

/** What a server has open before anybody calls, half as much again, and some connections. */
const filesBase = 96;
/** What a thread needs to be woken and to wait. */
const filesPerThread = 4;

/**
 * Refuses to start where too few files may be open: a server would work until the first callers come at
 * once, and then fail at whatever opens one next.
 *
 * @param limit Default: that of this process; Node.js has raised it as far as the system lets it.
 * @throws CliError `WW_ERR_CLI_OPEN_FILES`
 */
export function assertOpenFiles(
  { runtime }: Pick<ExecutorConfig, 'runtime'>,
  limit: number = readLimit(),
): void {
  const { threads, spareThreads, preparationThreads } = runtime;
  const runners = threads === 0 ? availableParallelism() : threads;
  const needed = filesBase + filesPerThread * (runners + spareThreads + preparationThreads);
  if (limit >= needed) return;
  throw new CliError(
    'WW_ERR_CLI_OPEN_FILES',
    `This process may have ${String(limit)} files and connections open, and needs at least ${String(needed)}.`,
    {
      hint: `Raise the limit, such as with 'ulimit -n ${String(Math.max(needed, filesAdvised))}', and leave room for as many connections as you expect.`,
    },
  );
}

const filesAdvised = 1024;

/** How many files this process may have open; no bound where the system tells none. */
function readLimit(): number {
  if (process.platform === 'linux') return readLinuxLimit();
  const { userLimits } = process.report.getReport() as {
    readonly userLimits?: { readonly open_files?: { readonly soft?: unknown } };
  };
  const soft = userLimits?.open_files?.soft;
  return typeof soft === 'number' ? soft : Infinity;
}

function readLinuxLimit(): number {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
    return found?.[1] === undefined ? Infinity : Number(found[1]);
  } catch (error) {
    // Not even this one may be opened.
    return systemCode(error) === 'EMFILE' ? 0 : Infinity;
  }
}
