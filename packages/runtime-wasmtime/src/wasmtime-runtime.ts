import { statSync } from 'node:fs';
import type { Artifact, ArtifactDescription } from '@wasmwhisk/artifact';
import {
  assertDeclaredSizes,
  assertRunnable,
  assessRunnable,
  runtimeFeatures,
  WasmRuntimeError,
  type Assessment,
  type CommandOutcome,
  type CommandRun,
  type CompiledArtifact,
  type CompileLimits,
  type ContainerSettings,
  type RuntimeContainer,
  type RuntimeFeature,
  type RuntimeOptions,
  type RuntimeStatus,
  type SerializedCode,
  type WasmRuntime,
} from '@wasmwhisk/runtime';
import { resolveEngineSettings } from './engine-settings.js';
import { toEnvironmentText } from './environment-text.js';
import { isFailure, toNativeError } from './errors.js';
import { EventPump } from './event-pump.js';
import type { EngineSettingsData, NativeContainer } from './native.js';
import { findEntry, runtimeName, toWasmtimeCode, type WasmtimeCode } from './wasmtime-code.js';
import { WasmtimeContainer } from './wasmtime-container.js';

/** Modules and components on Wasmtime, with threads of its own. */
export class WasmtimeRuntime implements WasmRuntime {
  readonly name: string = runtimeName;
  readonly threading = 'own';
  readonly features: ReadonlySet<RuntimeFeature> = new Set(runtimeFeatures);
  readonly #settings: EngineSettingsData;
  readonly #pump: EventPump;

  /** @throws WasmRuntimeError `WW_ERR_RUNTIME_UNAVAILABLE` when the native engine cannot be loaded */
  constructor({ engine, onWarning = printWarning }: RuntimeOptions = {}) {
    this.#settings = resolveEngineSettings(engine);
    this.#pump = new EventPump(this.#settings);
    for (const warning of this.#pump.engine.warnings) onWarning(warning);
  }

  assess(description: ArtifactDescription): Assessment {
    return assessRunnable(description);
  }

  async precompile(artifact: Artifact, limits: CompileLimits): Promise<CompiledArtifact> {
    this.#pump.assertOpen();
    const { bytes, description, digest, precompiled } = artifact;
    assertRunnable(description);
    if (description.format === 'module') assertDeclaredSizes(description, limits);
    const { engine } = this.#pump;
    const isComponent = description.format === 'component';
    if (precompiled !== undefined) assertOwn(precompiled, engine.identity);
    const native = await (precompiled === undefined
      ? engine.compile(bytes, digest, isComponent)
      : engine.load(bytes, isComponent));
    if (isFailure(native)) throw toNativeError(native);
    const code: WasmtimeCode = {
      native,
      description,
      guestInterface: interfaceOf(description),
      engine: engine.identity,
    };
    return { runtime: this.name, digest, code };
  }

  initialize(compiled: CompiledArtifact, settings: ContainerSettings): Promise<RuntimeContainer> {
    // What is thrown in here becomes a rejection.
    return new Promise((resolve) => {
      const code = toWasmtimeCode(compiled);
      const native = this.#link(code, findEntry(code, settings), settings);
      resolve(new WasmtimeContainer(native, this.#pump));
    });
  }

  async runCommand(
    compiled: CompiledArtifact,
    command: CommandRun,
    signal: AbortSignal,
  ): Promise<CommandOutcome> {
    const code = toCommand(toWasmtimeCode(compiled));
    const { args, environment, directories, limits, readStdin } = command;
    const http = { type: 'denied', reason: 'A plain command has no network.' } as const;
    const settings = { entry: undefined, limits, directories, http };
    const native = this.#link(code, findEntry(code, settings), settings);
    return this.#pump.runCommand(
      (id) => {
        this.#pump.engine.startCommand(native, id, args, toEnvironmentText(environment));
      },
      {
        write: (stream, bytes) => {
          if (stream === 'stdout') command.writeStdout(bytes);
          else command.writeStderr(bytes);
        },
        readStdin,
      },
      signal,
    );
  }

  serialize(compiled: CompiledArtifact): Promise<SerializedCode> {
    // What is thrown in here becomes a rejection.
    return new Promise((resolve) => {
      const { native } = toWasmtimeCode(compiled);
      const { engine } = this.#pump;
      const bytes = engine.serialize(native);
      if (isFailure(bytes)) throw toNativeError(bytes);
      resolve({ engine: { runtime: this.name, ...engine.identity }, bytes });
    });
  }

  status(): RuntimeStatus {
    const { computing, running, queued, waiting } = this.#pump.engine.status();
    const { threads, queueSizeMax } = this.#settings;
    return {
      threads,
      busyThreads: Math.min(computing, threads),
      waitingRuns: waiting,
      runningRuns: running,
      queuedRuns: queued,
      queueSizeMax,
    };
  }

  close(): Promise<void> {
    this.#pump.close();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #link(
    { native, guestInterface }: WasmtimeCode,
    entry: string,
    { limits, directories, http }: ContainerSettings,
  ): NativeContainer {
    assertDirectories(directories);
    const container = this.#pump.engine.initialize(native, {
      interface: guestInterface,
      entry,
      memoryBytes: limits.memoryBytes,
      tableElements: limits.tableElements,
      resultBytes: limits.resultBytes,
      directories: directories.map(({ hostPath, guestPath, access, bytesMax }) => ({
        hostPath,
        guestPath,
        writable: access === 'read-write',
        bytesMax: bytesMax ?? 0,
      })),
      httpHosts: http.type === 'granted' ? http.hosts : [],
    });
    if (isFailure(container)) throw toNativeError(container);
    return container;
  }
}

/** What `assertRunnable` has found to be there. */
function interfaceOf({ guestInterface }: ArtifactDescription): WasmtimeCode['guestInterface'] {
  if (guestInterface === undefined) throw new TypeError('an artifact without guest interface');
  return guestInterface;
}

/** A module of a buffer interface is a command too: it has `_start`. */
function toCommand(code: WasmtimeCode): WasmtimeCode {
  const { description, guestInterface } = code;
  const isCommand =
    guestInterface === 'command' ||
    (description.format === 'module' && description.exports.some(({ name }) => name === '_start'));
  if (!isCommand)
    throw new WasmRuntimeError(
      'WW_ERR_ARTIFACT_UNSUPPORTED',
      'The artifact is no command: it exports neither _start nor wasi:cli/run.',
    );
  return { ...code, guestInterface: 'command' };
}

function printWarning(message: string): void {
  process.emitWarning(message, 'WasmtimeWarning');
}

function assertOwn(
  precompiled: NonNullable<Artifact['precompiled']>,
  own: { readonly engine: string; readonly target: string; readonly settings: string },
): void {
  const fits =
    precompiled.runtime === runtimeName &&
    precompiled.engine === own.engine &&
    precompiled.target === own.target &&
    precompiled.settings === own.settings;
  if (fits) return;
  const show = ({ engine, target, settings }: typeof own): string =>
    `${engine} for ${target}, settings ${settings}`;
  throw new WasmRuntimeError(
    'WW_ERR_ARTIFACT_FOREIGN',
    `The code was precompiled by ${show(precompiled)}, and this is ${show(own)}. ` +
      'Precompile the action again, with the wasmwhisk and on the kind of machine that runs it.',
  );
}

function assertDirectories(directories: ContainerSettings['directories']): void {
  for (const { hostPath, guestPath } of directories) {
    if (statSync(hostPath, { throwIfNoEntry: false })?.isDirectory() === true) continue;
    throw new WasmRuntimeError(
      'WW_ERR_CAPABILITY_DENIED',
      `The directory that the action is given as ${guestPath} does not exist on the host.`,
    );
  }
}
