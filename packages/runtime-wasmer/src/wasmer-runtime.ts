import type { Artifact, ArtifactDescription, ModuleImport } from '@wasmwhisk/artifact';
import { capLimits } from '@wasmwhisk/artifact';
import {
  toRunEndError,
  assertArraysAllowed,
  assertDeclaredSizes,
  assertHttpGranted,
  assertPlainArtifact,
  assertRunnable,
  WasmRuntimeError,
  type Assessment,
  type CommandOutcome,
  type CommandRun,
  type CompiledArtifact,
  type CompileLimits,
  type ContainerSettings,
  type RuntimeContainer,
  type RuntimeFeature,
  type WasmRuntime,
} from '@wasmwhisk/runtime';
import { assessArtifact, servedInterface, type ServedInterface } from './assess.js';
import { toCompileError, toRunError } from './errors.js';
import { WasmerContainer } from './wasmer-container.js';
import { planLink, WasmerHost, type LinkPlan } from './wasi-guest.js';

/** What `CompiledArtifact.code` holds here. Crosses threads: V8 shares the module's code. */
interface WasmerCode {
  readonly module: WebAssembly.Module;
  readonly interface: ServedInterface;
  readonly imports: readonly ModuleImport[];
}

/** Core modules on V8 with Wasmer's WASI host. See the README for what it cannot do. */
export class WasmerRuntime implements WasmRuntime {
  readonly name = 'wasmer';
  readonly threading = 'caller';
  readonly features: ReadonlySet<RuntimeFeature> = new Set([
    'buffer',
    'buffer-second',
    'command',
    'environment',
    'exit-codes',
    'memory-limit',
    'table-limit',
    'stack-limit',
    'deadline',
  ]);
  readonly #host = new WasmerHost();

  assess(description: ArtifactDescription): Assessment {
    return assessArtifact(description);
  }

  async precompile(artifact: Artifact, limits: CompileLimits): Promise<CompiledArtifact> {
    assertPlainArtifact(artifact, this.name);
    const { description, bytes, digest } = artifact;
    assertRunnable(description);
    const assessment = assessArtifact(description);
    const served = servedInterface(description);
    if (
      assessment.type === 'unsupported' ||
      served === undefined ||
      description.format !== 'module'
    )
      throw new WasmRuntimeError(
        'WW_ERR_ARTIFACT_UNSUPPORTED',
        `The runtime wasmer cannot run this artifact: ${assessment.type === 'unsupported' ? assessment.reason : 'it is no module'}.`,
      );
    assertArraysAllowed(description, limits);
    assertDeclaredSizes(description, limits);
    try {
      const module = await WebAssembly.compile(capLimits(bytes, description, limits));
      const code: WasmerCode = { module, interface: served, imports: description.imports };
      return { runtime: this.name, digest, code };
    } catch (error) {
      throw toCompileError(error);
    }
  }

  async initialize(
    compiled: CompiledArtifact,
    settings: ContainerSettings,
  ): Promise<RuntimeContainer> {
    const code = codeOf(compiled);
    if (settings.directories.length > 0)
      throw new WasmRuntimeError(
        'WW_ERR_CAPABILITY_DENIED',
        'The runtime wasmer has no access to host directories. Choose the runtime v8 for this action.',
      );
    const plan = await this.#link(code, settings.http);
    return new WasmerContainer(this.#host, plan, code.interface, settings);
  }

  async runCommand(
    compiled: CompiledArtifact,
    command: CommandRun,
    signal: AbortSignal,
  ): Promise<CommandOutcome> {
    const code = codeOf(compiled);
    if (command.directories.length > 0)
      throw new WasmRuntimeError(
        'WW_ERR_CAPABILITY_DENIED',
        'The runtime wasmer has no access to host directories. Choose the runtime v8 for this command.',
      );
    const plan = await this.#link(code, {
      type: 'denied',
      reason: 'Commands have no access to HTTP.',
    });
    if (signal.aborted) throw toRunEndError(signal.reason);
    const { args, environment, readStdin, writeStdout, writeStderr } = command;
    try {
      const exitCode = this.#host.withGuest(
        plan,
        { args, environment, streams: { readStdin, writeStdout, writeStderr } },
        (guest) => guest.start(),
      );
      return { exitCode };
    } catch (error) {
      throw toRunError(error);
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** What it imports `assertRunnable` has checked; this finds out what Wasmer makes of it. */
  async #link({ module, imports }: WasmerCode, http: ContainerSettings['http']): Promise<LinkPlan> {
    assertHttpGranted(imports, http);
    const plan = planLink(module);
    if (imports.some(({ module: from }) => !plan.wasi.has(from))) throw missingImport('http.get');
    await this.#host.load();
    const missing = this.#host.missingCall(plan);
    if (missing !== undefined) throw missingImport(missing);
    return plan;
  }
}

function missingImport(name: string): WasmRuntimeError {
  return new WasmRuntimeError(
    'WW_ERR_GUEST_LINK',
    `The action imports ${name}, which the runtime wasmer does not provide.`,
  );
}

function codeOf(compiled: CompiledArtifact): WasmerCode {
  if (compiled.runtime !== 'wasmer')
    throw new WasmRuntimeError(
      'WW_ERR_RUNTIME_INTERNAL',
      `Code of the runtime ${compiled.runtime} was given to wasmer.`,
    );
  return compiled.code as WasmerCode;
}
