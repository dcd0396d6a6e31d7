import { statSync } from 'node:fs';
import type { Artifact, ArtifactDescription } from '@wasmwhisk/artifact';
import {
  assertArraysAllowed,
  assertDeclaredSizes,
  assertPlainArtifact,
  assertRunnable,
  assessRunnable,
  toModuleExports,
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
  type WasmRuntime,
} from '@wasmwhisk/runtime';
import { canPreopen } from '@wasmwhisk/wasi';
import { runPlainCommand } from './command-run.js';
import { CpuMeter } from './cpu-meter.js';
import { linkGuest } from './linked-guest.js';
import { MemoryPool } from './memory-pool.js';
import { prepareModule } from './prepare-module.js';
import { runtimeName, toV8Code, type CoreInterface, type V8Code } from './v8-code.js';
import { V8Container, type ContainerContext } from './v8-container.js';

const features: ReadonlySet<RuntimeFeature> = new Set<RuntimeFeature>([
  'buffer',
  'buffer-second',
  'command',
  'numeric',
  'environment',
  'exit-codes',
  'directories',
  'waiting',
  'memory-limit',
  'table-limit',
  'stack-limit',
  'deadline',
]);

/** Core modules on the V8 that Node.js itself runs on. */
export class V8Runtime implements WasmRuntime {
  readonly name: string = runtimeName;
  readonly threading = 'caller';
  readonly features: ReadonlySet<RuntimeFeature> = features;
  readonly #context: ContainerContext;

  constructor(options: RuntimeOptions = {}) {
    this.#context = {
      pool: new MemoryPool(),
      cpu: new CpuMeter(),
      onWaiting: (activationId, waiting, memoryBytes) =>
        options.onWaiting?.(activationId, waiting, memoryBytes),
    };
  }

  assess(description: ArtifactDescription): Assessment {
    if (description.format === 'component')
      return { type: 'unsupported', reason: 'it is a component, and V8 runs core modules only' };
    return assessRunnable(description);
  }

  async precompile(artifact: Artifact, limits: CompileLimits): Promise<CompiledArtifact> {
    assertPlainArtifact(artifact, this.name);
    const { description, digest } = artifact;
    assertRunnable(description);
    const guestInterface = coreInterfaceOf(description);
    if (description.format === 'component' || guestInterface === undefined)
      throw new WasmRuntimeError(
        'WW_ERR_ARTIFACT_UNSUPPORTED',
        'The artifact cannot run on V8: it is a component, and V8 runs core modules only.',
      );
    assertArraysAllowed(description, limits);
    assertDeclaredSizes(description, limits);
    const prepared = prepareModule(artifact, description, limits);
    const code: V8Code = {
      module: await compile(prepared.bytes),
      ...toModuleExports(description, guestInterface),
      guestInterface,
      imports: description.imports,
      memory: prepared.memory,
      memoryBytesMax: limits.memoryBytes,
    };
    return { runtime: this.name, digest, code };
  }

  initialize(compiled: CompiledArtifact, settings: ContainerSettings): Promise<RuntimeContainer> {
    // What is thrown in here becomes a rejection.
    return new Promise((resolve) => {
      const code = toV8Code(compiled);
      const linked = linkGuest(code, settings.http);
      assertDirectories(settings.directories);
      resolve(new V8Container(linked, settings, this.#context));
    });
  }

  async runCommand(
    compiled: CompiledArtifact,
    command: CommandRun,
    signal: AbortSignal,
  ): Promise<CommandOutcome> {
    assertDirectories(command.directories);
    return runPlainCommand(toV8Code(compiled), this.#context.pool, command, signal);
  }

  close(): Promise<void> {
    this.#context.pool.clear();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function coreInterfaceOf(description: ArtifactDescription): CoreInterface | undefined {
  if (description.format === 'component') return undefined;
  switch (description.guestInterface) {
    case 'buffer':
    case 'buffer-second':
    case 'command':
    case 'numeric':
      return description.guestInterface;
    case 'action-world':
    case 'http-handler':
    case undefined:
      return undefined;
  }
}

async function compile(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error;
    throw new WasmRuntimeError('WW_ERR_GUEST_COMPILE', `V8 refused the module: ${error.message}`, {
      cause: error,
    });
  }
}

function assertDirectories(directories: ContainerSettings['directories']): void {
  if (directories.length === 0) return;
  if (!canPreopen())
    throw new WasmRuntimeError(
      'WW_ERR_CAPABILITY_DENIED',
      'Directories can be given on Linux with /proc only: nothing else lets Node.js open paths without a way out.',
    );
  for (const { hostPath, guestPath } of directories) {
    if (statSync(hostPath, { throwIfNoEntry: false })?.isDirectory() === true) continue;
    throw new WasmRuntimeError(
      'WW_ERR_CAPABILITY_DENIED',
      `The directory that the action is given as ${guestPath} does not exist on the host.`,
    );
  }
}
