import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import {
  executorModes,
  startExecutor,
  type ExecutorMode,
  type ExecutorProcess,
} from './executor-process.ts';
import type { FencedBlock, MarkdownPage } from './markdown.ts';
import { createScratchFolder } from './scratch-folder.ts';
import { toolchains, type ToolchainId } from '../toolchains/catalog.ts';
import { findPythonTools } from '../toolchains/python-tools.ts';
import { recipes } from '../toolchains/recipes.ts';

/** What became of one block of commands. */
export interface CommandOutcome {
  readonly place: string;
  /** What is wrong; `undefined` when nothing is. */
  readonly fault?: string;
  /** Why it did not run; `undefined` when it did. */
  readonly skipped?: string;
}

/** Toolchains of JavaScript and Python take a while on a busy machine. */
const timeoutMs = 300_000;

function isExecutorMode(name: string): name is ExecutorMode {
  return name in executorModes;
}

function isToolchain(name: string): name is ToolchainId {
  return toolchains.some(({ id }) => id === name);
}

function option(block: FencedBlock, name: string): string | undefined {
  return block.info.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** `covered-by=FILE` or `covered-by=FILE#word-of-the-test`: the file is there and names the word. */
function coverageFault(root: string, reference: string): string | undefined {
  const [path = '', word] = reference.split('#');
  if (!existsSync(join(root, path))) return `covered by ${path}, which is not there`;
  if (word === undefined || readFileSync(join(root, path), 'utf8').includes(word)) return undefined;
  return `${path} does not name ${word}`;
}

/** Whether an output is the one shown; `...` in what is shown stands for anything. */
export function fitsShown(output: string, shown: string): boolean {
  const pattern = shown
    .trim()
    .split('...')
    .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`))
    .join('[^]*');
  return new RegExp(`^${pattern}$`).test(output.trim());
}

/** Runs the commands of one page, one after another in one scratch folder. */
class PageRunner implements AsyncDisposable {
  readonly #root: string;
  readonly #scratch: ReturnType<typeof createScratchFolder>;
  readonly #executors = new Map<ExecutorMode, ExecutorProcess>();

  constructor(root: string) {
    this.#root = root;
    this.#scratch = createScratchFolder(root);
  }

  async run(block: FencedBlock, shown: FencedBlock | undefined): Promise<string | undefined> {
    const mode = option(block, 'needs');
    let text = block.text;
    const environment: NodeJS.ProcessEnv = {};
    if (mode !== undefined && isToolchain(mode)) {
      const tools = findPythonTools();
      if (!('reason' in tools)) Object.assign(environment, tools.environment);
    } else if (mode !== undefined) {
      if (!isExecutorMode(mode))
        return `needs=${mode} is none of ${Object.keys(executorModes).join(', ')}, and no toolchain`;
      const { address } = await this.#executor(mode);
      text = text.replaceAll(executorModes[mode].written, address);
      // Commands that name no address go to the one that a reader would have running.
      if (mode === 'standalone') environment['WHISK_APIHOST'] = `http://${address}`;
    }
    const bin = join(this.#root, 'node_modules', '.bin');
    const end = spawnSync('bash', ['-eu', '-o', 'pipefail', '-c', text], {
      cwd: this.#scratch.path,
      encoding: 'utf8',
      timeout: timeoutMs,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        ...environment,
        PATH: `${bin}${delimiter}${environment['PATH'] ?? process.env['PATH'] ?? ''}`,
      },
    });
    if (end.error !== undefined) return end.error.message;
    if (end.status !== 0) {
      return `exit code ${String(end.status)}\n${end.stdout}${end.stderr}`;
    }
    if (shown === undefined || fitsShown(end.stdout, shown.text)) return undefined;
    return `the page shows\n${shown.text}\nbut it printed\n${end.stdout}`;
  }

  async #executor(mode: ExecutorMode): Promise<ExecutorProcess> {
    const running = this.#executors.get(mode);
    if (running !== undefined) return running;
    const started = await startExecutor(this.#root, mode);
    this.#executors.set(mode, started);
    return started;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const executor of this.#executors.values()) await executor[Symbol.asyncDispose]();
    this.#scratch[Symbol.dispose]();
  }
}

/** Checks every `sh` block of a page: runs it, or looks up the test that does. */
export async function checkCommands(
  root: string,
  page: MarkdownPage,
): Promise<readonly CommandOutcome[]> {
  const outcomes: CommandOutcome[] = [];
  await using runner = new PageRunner(root);
  for (const [index, block] of page.blocks.entries()) {
    if (block.info[0] !== 'sh') continue;
    const place = `${page.path}:${String(block.line)}`;
    const next = page.blocks[index + 1];
    const shown = next?.info.includes('output') === true ? next : undefined;
    const covered = option(block, 'covered-by');
    const needed = option(block, 'needs') ?? '';
    const skipped = isToolchain(needed) ? recipes[needed].missing() : undefined;
    if (skipped !== undefined) {
      outcomes.push({ place, skipped: `${needed}: ${skipped}` });
      continue;
    }
    let fault: string | undefined;
    if (covered !== undefined) fault = coverageFault(root, covered);
    else if (block.info.includes('run')) fault = await runner.run(block, shown);
    else fault = 'nothing says how this is checked: write `sh run` or `sh covered-by=FILE`';
    outcomes.push(fault === undefined ? { place } : { place, fault });
  }
  return outcomes;
}
