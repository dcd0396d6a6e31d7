import { toErrno } from '../core/errno.js';
import { errnoNumbers, success } from './errno-numbers.js';
import {
  preview1Functions,
  waitingFunctions,
  type Preview1Call,
  type Preview1Version,
} from './functions.js';
import { assertRights } from './rights.js';
import { Preview1Run, type Preview1Options } from './preview1-run.js';

/**
 * WASI preview 1 for one instance of a core module.
 *
 * @example
 * const host = new Preview1Host({ args: ['guest'], environment: [], stdio, preopens: [] });
 * const imports = { wasi_snapshot_preview1: host.imports('wasi_snapshot_preview1', names) };
 * const { exports } = new WebAssembly.Instance(module, imports);
 * host.attachMemory(exports.memory);
 * try {
 *   exports._start();
 * } catch (error) {
 *   if (!(error instanceof ProcessExit)) throw error;
 * } finally {
 *   host.close();
 * }
 */
export class Preview1Host {
  readonly #run: Preview1Run;

  /** @throws what `node:fs` throws when a preopened directory cannot be opened */
  constructor(options: Preview1Options) {
    this.#run = new Preview1Run(options);
  }

  /**
   * The named functions, bound to this run: a guest imports few of the 46, and making one takes a
   * tenth of a microsecond. Names that the version lacks are left out, so that linking names them.
   */
  imports(version: Preview1Version, names: Iterable<string>): WebAssembly.ModuleImports {
    const functions = preview1Functions[version];
    const imports: WebAssembly.ModuleImports = {};
    for (const name of names) {
      const call = functions.get(name)?.call;
      if (call === undefined) continue;
      const bound = bind(this.#run, name, call);
      const suspends = this.#run.options.suspending === true && waitingFunctions.has(name);
      imports[name] = suspends ? new WebAssembly.Suspending(bound) : bound;
    }
    return imports;
  }

  /** The guest's memory, to be told before any of its code runs. */
  attachMemory(memory: WebAssembly.Memory): void {
    this.#run.memory.attach(memory);
  }

  /** Closes what the guest left open. Idempotent. */
  close(): void {
    this.#run.host.close();
  }
}

type CoreArgument = number | bigint | undefined;
type BoundCall = (run: Preview1Run, ...args: CoreArgument[]) => unknown;

/**
 * One shape of closure for all functions, with as many parameters as the longest has (`path_open`):
 * what a shorter one is not given it does not look at.
 */
function bind(
  run: Preview1Run,
  name: string,
  call: Preview1Call,
): (...args: CoreArgument[]) => number | Promise<number> {
  const invoke = call as BoundCall;
  return (a, b, c, d, e, f, g, h, i) => {
    try {
      if (run.table.limited) assertRights(run.table, name, [a, b, c, d, e]);
      const answer = invoke(run, a, b, c, d, e, f, g, h, i);
      return answer instanceof Promise ? answer.then(() => success, toErrnoNumber) : success;
    } catch (error) {
      return toErrnoNumber(error);
    }
  };
}

function toErrnoNumber(error: unknown): number {
  const errno = toErrno(error);
  if (errno === undefined) throw error;
  return errnoNumbers[errno];
}
