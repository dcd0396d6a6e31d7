import type { ArtifactDescription } from '@wasmwhisk/artifact';
import {
  assertRunnable,
  assessRunnable,
  isWasmRuntimeError,
  WasmRuntimeError,
  type Assessment,
  type GuestChoice,
  type WasmRuntime,
} from '@wasmwhisk/runtime';
import type { RuntimeModules, RuntimeSource } from '@wasmwhisk/runner';

/**
 * The one place that names the engines, best first. They are loaded when first needed, in each
 * thread, so that one that is not used costs nothing.
 */
export const runtimeModules: RuntimeModules = {
  wasmtime: import.meta.resolve('@wasmwhisk/runtime-wasmtime'),
  v8: import.meta.resolve('@wasmwhisk/runtime-v8'),
  jco: import.meta.resolve('@wasmwhisk/runtime-jco'),
  wasmer: import.meta.resolve('@wasmwhisk/runtime-wasmer'),
};

/**
 * Whether a runtime can run an artifact, by its imports and exports and what the engine serves. `/init`
 * and `wasmwhisk inspect` both go by it.
 */
export function assess(
  runtime: WasmRuntime,
  description: ArtifactDescription,
  choice: GuestChoice,
): Assessment {
  const runnable = assessRunnable(description, choice);
  return runnable.type === 'unsupported' ? runnable : runtime.assess(description);
}

/** What `auto` tries, in this order. */
const automaticOrder = {
  module: ['wasmtime', 'v8', 'wasmer'],
  component: ['wasmtime', 'jco'],
} as const;

/** Told why `auto` goes on without a runtime: it is not there, or could not be loaded. */
export type OnUnavailable = (name: string, reason: string) => void;

/** Chooses the runtime of each artifact, and remembers what `auto` cannot have. */
export class RuntimeChooser {
  readonly #runtimes: RuntimeSource;
  readonly #onUnavailable: OnUnavailable;
  /** Native code that did not load once does not load later: it is neither tried nor told again. */
  readonly #unavailable = new Map<string, WasmRuntimeError>();

  constructor(runtimes: RuntimeSource, onUnavailable: OnUnavailable) {
    this.#runtimes = runtimes;
    this.#onUnavailable = onUnavailable;
  }

  /**
   * @param wanted A runtime's name, or `auto`.
   * @throws WasmRuntimeError as `assertRunnable`; `WW_ERR_ARTIFACT_UNSUPPORTED` with every runtime's
   *   reason; `WW_ERR_RUNTIME_UNAVAILABLE` for a name that is unknown or could not be loaded.
   */
  async choose(
    description: ArtifactDescription,
    wanted: string,
    choice: GuestChoice = {},
  ): Promise<string> {
    // First, so that what no runtime can run is refused with one reason and not with each one's.
    assertRunnable(description, choice);
    const reasons: string[] = [];
    let assessed = false;
    let unavailable: WasmRuntimeError | undefined;
    for (const name of this.#candidates(wanted, description.format)) {
      const found = await this.#find(name, wanted);
      if (isWasmRuntimeError(found)) {
        unavailable = found;
        reasons.push(`${name}: ${found.message}`);
        continue;
      }
      const assessment = assess(found, description, choice);
      if (assessment.type === 'supported') return name;
      assessed = true;
      reasons.push(`${name}: ${assessment.reason}`);
    }
    // Nothing is known against the artifact when no runtime could look at it.
    if (!assessed && unavailable !== undefined) throw unavailable;
    throw new WasmRuntimeError(
      'WW_ERR_ARTIFACT_UNSUPPORTED',
      `no runtime can run this ${description.format} (${reasons.join('; ')}).`,
    );
  }

  /**
   * Loads the runtime of most artifacts, before the first one asks for it.
   *
   * @returns its name and where its guests run; `undefined` when a runtime that is asked for by name
   *   could not be loaded, which its first artifact will be told.
   */
  async preload(
    wanted: string,
  ): Promise<{ readonly name: string; readonly threading: 'caller' | 'own' } | undefined> {
    for (const name of this.#candidates(wanted, 'module')) {
      const found = await this.#find(name, 'auto');
      if (!isWasmRuntimeError(found)) return { name, threading: found.threading };
    }
    return undefined;
  }

  #candidates(wanted: string, format: ArtifactDescription['format']): readonly string[] {
    if (wanted !== 'auto') return [wanted];
    return automaticOrder[format].filter((name) => this.#runtimes.names.includes(name));
  }

  async #find(name: string, wanted: string): Promise<WasmRuntime | WasmRuntimeError> {
    const known = this.#unavailable.get(name);
    if (known !== undefined && wanted === 'auto') return known;
    try {
      return await this.#runtimes.get(name);
    } catch (error) {
      if (wanted !== 'auto') throw error;
      if (!isWasmRuntimeError(error) || error.code !== 'WW_ERR_RUNTIME_UNAVAILABLE') throw error;
      // Runs that asked at the same time all get here.
      if (!this.#unavailable.has(name)) this.#onUnavailable(name, error.message);
      this.#unavailable.set(name, error);
      return error;
    }
  }
}

/** As `RuntimeChooser.choose`, once. */
export function chooseRuntime(
  description: ArtifactDescription,
  wanted: string,
  runtimes: RuntimeSource,
): Promise<string> {
  return new RuntimeChooser(runtimes, () => undefined).choose(description, wanted);
}
