// CommonJS without named exports that Node's loader promises to find: everything comes through `default`.
import wasmer, { type WASI } from '@wasmer/wasi';
import { functionExport } from '@wasmwhisk/runtime';
import type { WasiCall } from './wasi-call.js';
import {
  guardCalls,
  GuestExit,
  HostFailure,
  refusedCalls,
  type GuestPipes,
  type GuestStreams,
  type HostTrouble,
} from './wasi-calls.js';

/** What a guest is started with. */
export interface GuestStart {
  /** argv, the program's name first. */
  readonly args: readonly string[];
  readonly environment: readonly (readonly [name: string, value: string])[];
  readonly streams: GuestStreams;
}

/** A fresh instance with a WASI of its own. */
export interface WasiGuest {
  readonly exports: WebAssembly.Exports;
  /** Runs `_start` and gives the exit code, 0 when it returned. */
  readonly start: () => number;
}

/** A compiled module and the WASI functions that it imports, looked up once per container. */
export interface LinkPlan {
  readonly module: WebAssembly.Module;
  /** By import module: the fields that are wanted from Wasmer. */
  readonly wasi: ReadonlyMap<string, readonly string[]>;
}

/** The names of WASI preview 1 that Wasmer knows. */
const wasiModules = new Set(['wasi_snapshot_preview1', 'wasi_unstable']);

export function planLink(module: WebAssembly.Module): LinkPlan {
  const wasi = new Map<string, string[]>();
  for (const wanted of WebAssembly.Module.imports(module)) {
    if (!wasiModules.has(wanted.module)) continue;
    const fields = wasi.get(wanted.module) ?? [];
    wasi.set(wanted.module, [...fields, wanted.name]);
  }
  return { module, wasi };
}

/**
 * Wasmer's WASI host, compiled to Wasm by its makers. There is one per thread, whatever we do: its
 * package keeps it in a variable of its own. So what we know about it is kept per thread as well.
 * All guests of the thread use its memory, and a failure inside it makes a new one.
 */
export class WasmerHost {
  static #ready: Promise<void> | undefined;
  static #failed = false;

  /** Loads the host, or loads it anew after a failure. Costs 30 ms the first time. */
  async load(): Promise<void> {
    if (WasmerHost.#failed) {
      WasmerHost.#failed = false;
      WasmerHost.#ready = wasmer.init(undefined, true);
    }
    WasmerHost.#ready ??= wasmer.init();
    await WasmerHost.#ready;
  }

  /** Whether Wasmer has every WASI function that the plan wants; names the first that it lacks. */
  missingCall({ module, wasi: wanted }: LinkPlan): string | undefined {
    if (wanted.size === 0) return undefined;
    const wasi = new wasmer.WASI({});
    try {
      const offered = wasi.getImports(module) as WebAssembly.Imports;
      for (const [from, fields] of wanted)
        for (const field of fields)
          if (!refusedCalls.has(field) && offered[from]?.[field] === undefined)
            return `${from}.${field}`;
      return undefined;
    } finally {
      wasi.free();
    }
  }

  /** Makes an instance, lends it to `use`, and frees all that Wasmer keeps for it, whatever happens. */
  withGuest<T>(plan: LinkPlan, start: GuestStart, use: (guest: WasiGuest) => T): T {
    if (plan.wasi.size === 0) return use(guestOf(new WebAssembly.Instance(plan.module, {})));
    const wasi = new wasmer.WASI({
      args: start.args.map(cutAtZero),
      env: toWasmerEnvironment(start.environment),
      preopens: {},
    });
    const trouble: HostTrouble = { first: undefined, stackError: undefined };
    try {
      const result = useGuest(wasi, plan, start.streams, trouble, use);
      assertNoTrouble(trouble);
      return result;
    } catch (error) {
      // On an exhausted stack the notes may have ended halfway, and so may the host.
      if (trouble.first !== undefined && error !== trouble.first.cause)
        trouble.stackError ??= error;
      if (trouble.first !== undefined || error instanceof RangeError) WasmerHost.#failed = true;
      assertNoTrouble(trouble);
      throw error;
    } finally {
      // A host that failed is dropped as a whole; its own books may be wrong.
      if (!WasmerHost.#failed) wasi.free();
    }
  }
}

function useGuest<T>(
  wasi: WASI,
  plan: LinkPlan,
  streams: GuestStreams,
  trouble: HostTrouble,
  use: (guest: WasiGuest) => T,
): T {
  let memory: WebAssembly.Memory | undefined;
  const pipes: GuestPipes = {
    memory: () => memory,
    fillStdin: (bytes) => {
      wasi.setStdinBuffer(bytes);
    },
    drainStdout: () => wasi.getStdoutBuffer(),
    drainStderr: () => wasi.getStderrBuffer(),
  };
  const offered = wasi.getImports(plan.module) as Record<string, Record<string, WasiCall>>;
  const imports: Record<string, Record<string, WasiCall>> = {};
  for (const [from, fields] of plan.wasi) {
    // Of all functions only those that the module imports: wrapping the others would cost every run.
    const calls = fields.map((field) => [field, offered[from]?.[field]] as const);
    imports[from] = guardCalls(calls, streams, pipes, trouble);
  }
  const instance = new WebAssembly.Instance(plan.module, imports);
  const exported = instance.exports['memory'];
  if (exported instanceof WebAssembly.Memory) {
    // Without a memory of this name Wasmer panics; a guest without one has nothing to say to WASI.
    wasi.instantiate(instance, undefined);
    memory = exported;
  }
  return use(guestOf(instance));
}

/** @throws HostFailure when the host had trouble, whatever the guest made of it */
function assertNoTrouble({ first, stackError }: HostTrouble): void {
  if (first !== undefined)
    throw new HostFailure(`Wasmer's ${first.name} failed: ${String(first.cause)}`, {
      cause: first.cause,
      stackExhausted: stackError !== undefined,
    });
}

function guestOf(instance: WebAssembly.Instance): WasiGuest {
  return {
    exports: instance.exports,
    start: () => {
      const start = functionExport(instance.exports, '_start');
      try {
        start();
        return 0;
      } catch (error) {
        if (error instanceof GuestExit) return error.exitCode;
        throw error;
      }
    },
  };
}

/**
 * Wasmer refuses names with `=` and texts with a zero. A C program cannot tell `A=B` given `c` from
 * `A` given `B=c`, and sees a text only up to its zero: so we give it just that.
 */
function toWasmerEnvironment(environment: GuestStart['environment']): Record<string, string> {
  const entries = environment.map(([name, value]) => {
    const text = cutAtZero(`${name}=${value}`);
    const sign = text.indexOf('=', 1);
    return sign < 0
      ? ([text, ''] as const)
      : ([text.slice(0, sign), text.slice(sign + 1)] as const);
  });
  // Not an object literal: a name may be `__proto__`. Later entries win.
  return Object.fromEntries(entries.filter(([name]) => !name.startsWith('=')));
}

function cutAtZero(text: string): string {
  const zero = text.indexOf('\0');
  return zero < 0 ? text : text.slice(0, zero);
}
