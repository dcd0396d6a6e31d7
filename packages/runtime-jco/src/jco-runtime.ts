import type { Artifact, ArtifactDescription } from '@wasmwhisk/artifact';
import { canPreopen } from '@wasmwhisk/wasi';
import {
  assertPlainArtifact,
  assertRunnable,
  assessRunnable,
  toRunEndError,
  WasmRuntimeError,
  type Assessment,
  type CommandOutcome,
  type CommandRun,
  type CompiledArtifact,
  type CompileLimits,
  type ContainerSettings,
  type CreateRuntime,
  type DirectoryGrant,
  type RuntimeContainer,
  type RuntimeFeature,
  type RuntimeOptions,
  type WasmRuntime,
} from '@wasmwhisk/runtime';
import type { CompiledComponent, ComponentInterface } from './compiled-component.js';
import { ComponentContainer, errorOf, exitCodeOf } from './component-container.js';
import { callComponent, type LoadedComponent } from './component-instance.js';
import { toRunError } from './errors.js';
import { compileGlue, type Glue } from './glue.js';
import { assertImports } from './link.js';
import { precompileComponent } from './precompile.js';
import { Transpiler } from './transpiler.js';

/** The runtime's name, which its compiled artifacts carry. */
const runtimeName = 'jco';

/**
 * Most compiled glue that is kept for containers to come, by digest. A container holds its own
 * beside, so this bounds nothing that is in use.
 */
const glueCacheMax = 16;

class JcoRuntime implements WasmRuntime {
  readonly name = runtimeName;
  readonly threading = 'caller';
  readonly features: ReadonlySet<RuntimeFeature> = new Set<RuntimeFeature>([
    'command',
    'action-world',
    'environment',
    'exit-codes',
    'directories',
    'waiting',
    'memory-limit',
    'table-limit',
    'stack-limit',
    'deadline',
  ]);
  readonly #onWaiting: RuntimeOptions['onWaiting'];
  readonly #transpiler = new Transpiler();
  /** In the order of use, latest last. */
  readonly #glue = new Map<string, Glue>();

  constructor(options: RuntimeOptions) {
    this.#onWaiting = options.onWaiting;
  }

  assess(description: ArtifactDescription): Assessment {
    const found = findInterface(description);
    return typeof found === 'string'
      ? assessRunnable(description)
      : { type: 'unsupported', reason: found.reason };
  }

  async precompile(artifact: Artifact, limits: CompileLimits): Promise<CompiledArtifact> {
    assertPlainArtifact(artifact, runtimeName);
    assertRunnable(artifact.description);
    const found = findInterface(artifact.description);
    if (typeof found !== 'string')
      throw new WasmRuntimeError(
        'WW_ERR_ARTIFACT_UNSUPPORTED',
        `The runtime jco cannot run the artifact: ${found.reason}.`,
      );
    const code = await precompileComponent(artifact, found, limits, this.#transpiler);
    return { runtime: runtimeName, digest: artifact.digest, code };
  }

  // Not async by need: the contract's other runtimes wait here.
  // eslint-disable-next-line @typescript-eslint/require-await
  async initialize(
    compiled: CompiledArtifact,
    settings: ContainerSettings,
  ): Promise<RuntimeContainer> {
    const component = this.#load(compiled);
    assertDirectories(settings.directories);
    return new ComponentContainer(component, settings, this.#onWaiting);
  }

  async runCommand(
    compiled: CompiledArtifact,
    command: CommandRun,
    signal: AbortSignal,
  ): Promise<CommandOutcome> {
    const component = this.#load(compiled);
    if (component.compiled.guestInterface !== 'command')
      throw new WasmRuntimeError(
        'WW_ERR_ARTIFACT_UNSUPPORTED',
        'The component is no command: it does not export wasi:cli/run, or is an action as well.',
      );
    assertDirectories(command.directories);
    if (signal.aborted) throw toRunEndError(signal.reason);
    const { outcome } = await callComponent(component, [], {
      args: command.args,
      environment: command.environment,
      stdio: {
        stdin: { read: command.readStdin },
        stdout: command.writeStdout,
        stderr: command.writeStderr,
      },
      preopens: command.directories,
      signal,
    });
    const exitCode = exitCodeOf(outcome);
    if (exitCode === undefined) throw toRunError(errorOf(outcome), signal);
    return { exitCode };
  }

  close(): Promise<void> {
    this.#glue.clear();
    return this.#transpiler.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #load(artifact: CompiledArtifact): LoadedComponent {
    if (artifact.runtime !== runtimeName)
      throw new WasmRuntimeError(
        'WW_ERR_RUNTIME_INTERNAL',
        `The runtime jco was given code of the runtime ${artifact.runtime}.`,
      );
    const compiled = artifact.code as CompiledComponent;
    assertImports(compiled.imports);
    const glue = this.#glue.get(artifact.digest) ?? compileGlue(compiled.glueSource);
    this.#glue.delete(artifact.digest);
    this.#glue.set(artifact.digest, glue);
    const [oldest] = this.#glue.keys();
    if (this.#glue.size > glueCacheMax && oldest !== undefined) this.#glue.delete(oldest);
    return { compiled, glue };
  }
}

/** Makes the runtime for components. */
export const createRuntime: CreateRuntime = (options = {}) => new JcoRuntime(options);

function findInterface(
  description: ArtifactDescription,
): ComponentInterface | { readonly reason: string } {
  if (description.format === 'module')
    return { reason: 'it is a core module, and this runtime takes components' };
  const { guestInterface } = description;
  if (guestInterface === 'command' || guestInterface === 'action-world') return guestInterface;
  if (guestInterface === undefined)
    return { reason: 'it exports neither wasmwhisk:action/handler nor wasi:cli/run' };
  return { reason: `this runtime does not serve the guest interface ${guestInterface}` };
}

function assertDirectories(directories: readonly DirectoryGrant[]): void {
  if (directories.length > 0 && !canPreopen())
    throw new WasmRuntimeError(
      'WW_ERR_CAPABILITY_DENIED',
      'The action needs directories, and this host cannot give any safely: that takes Linux with /proc.',
    );
}
