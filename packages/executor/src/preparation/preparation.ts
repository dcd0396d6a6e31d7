import { createHash, subtle } from 'node:crypto';
import type { Artifact, ArtifactDescription } from '@wasmwhisk/artifact';
import type { RuntimeSource } from '@wasmwhisk/runner';
import {
  assertRunnable,
  fromErrorData,
  type CompiledArtifact,
  type CompileLimits,
  type WasmRuntime,
} from '@wasmwhisk/runtime';
import { Piscina, queueOptionsSymbol } from 'piscina';
import type { ExecutorConfig } from '../config/schema.js';
import { executorError } from '../errors.js';
import type { TakenCode } from '../intake/intake.js';
import { toIntakeLimits } from './intake-limits.js';
import type { DescriptorRequests } from '../policy.js';
import type { RuntimeChooser } from '../runtimes.js';
import type { PreparationResult, PreparationSettings, PreparationTask } from './messages.js';
import { choosePrecompiledRuntime } from './precompiled-runtime.js';
import { SharedCache, type Lease } from './shared-cache.js';
import { removeTree } from './remove-tree.js';
import { SmallFirstQueue } from './small-first-queue.js';
import { TemporaryFolder } from './temporary-folder.js';

/** Code that is ready to be initialized, shared by every container that was given the same. */
export interface PreparedCode {
  readonly compiled: CompiledArtifact;
  readonly description: ArtifactDescription;
  /** The export that `main` names, for guests with a choice. */
  readonly entry: string | undefined;
  /** Folder with the archive's other files. */
  readonly filesFolder: string | undefined;
  readonly descriptor: DescriptorRequests | undefined;
  /** Of the artifact and the other files. */
  readonly bytes: number;
}

interface SizedArtifact {
  readonly compiled: CompiledArtifact;
  /** Of the artifact that it was made of. */
  readonly bytes: number;
}

/** Code as whoever keeps it has it: bytes, not the text of an `/init`, under a digest. */
export interface StoredCode {
  /** SHA-256 of the bytes, 64 lower-case hex digits. */
  readonly digest: string;
  /** Called only when the code is not ready yet. */
  readonly load: () => Uint8Array;
}

/** The code of an `/init`. */
export interface CodeRequest {
  /** The code text; copied before it crosses a thread. */
  readonly code: Uint8Array;
  readonly binary: boolean;
  readonly main: string;
}

/** What is to be made ready. */
export interface PreparationRequest extends Omit<CodeRequest, 'code'> {
  readonly code: Uint8Array | StoredCode;
  /** Most linear memory of one guest, where runtimes build it into compiled code. Default: `limits.memoryBytes`. */
  readonly memoryBytes?: number;
}

/**
 * Told what the descriptor says, decides which runtime is wanted; may throw. When `description` is
 * there as well, nothing is compiled yet: what the action asks for and may not have can be refused.
 */
export type WantedRuntime = (
  descriptor: DescriptorRequests | undefined,
  description?: ArtifactDescription,
) => string;

/** Longer codes are digested off the event loop, in bytes. */
const synchronousDigestBytesMax = 256 * 1024;

interface UnpackedCode {
  readonly artifact: Artifact;
  readonly entry: string | undefined;
  readonly filesFolder: string | undefined;
  readonly filesBytes: number;
  readonly descriptor: DescriptorRequests | undefined;
}

/** What preparation shares with the rest of an executor. */
export interface PreparationServices {
  /** The runtimes of this thread. */
  readonly runtimes: RuntimeSource;
  readonly chooser: RuntimeChooser;
  /** Told of folders that could not be removed. */
  readonly onLeftOver: (folder: string, error: unknown) => void;
}

/**
 * Makes code ready: decode, unpack, recognise, compile. Each is done once for equal input, however
 * many containers ask, and in threads of its own. Runtimes with threads of their own compile there.
 */
export class Preparation {
  readonly #config: ExecutorConfig;
  readonly #services: PreparationServices;
  readonly #pool: Piscina<PreparationTask, PreparationResult>;
  readonly #folder = new TemporaryFolder();
  readonly #prepared: SharedCache<PreparedCode>;
  /** By artifact digest: archives may differ around an equal module. */
  readonly #compiled: SharedCache<SizedArtifact>;

  constructor(config: ExecutorConfig, services: PreparationServices) {
    this.#config = config;
    this.#services = services;
    const settings: PreparationSettings = { runtimes: services.runtimes.modules };
    this.#pool = new Piscina<PreparationTask, PreparationResult>({
      filename: new URL('./preparation-worker.js', import.meta.url).href,
      // Started by the first `/init`, and kept for a minute after the last one.
      minThreads: 0,
      maxThreads: config.runtime.preparationThreads,
      idleTimeout: 60_000,
      maxQueue: config.containers.max,
      taskQueue: new SmallFirstQueue(),
      recordTiming: false,
      env: {},
      workerData: settings,
      resourceLimits: { maxOldGenerationSizeMb: 1024 },
    });
    // Failures of a task reach its caller; a thread that fails without one is replaced.
    this.#pool.on('error', () => undefined);
    const { compiledMax, compiledBytesMax } = config.runtime;
    const options = {
      unusedMax: compiledMax,
      unusedBytesMax: compiledBytesMax,
      bytesOf: ({ bytes }: { readonly bytes: number }) => bytes,
    };
    this.#compiled = new SharedCache<SizedArtifact>({ ...options, onEvict: () => undefined });
    this.#prepared = new SharedCache<PreparedCode>({
      ...options,
      onEvict: ({ filesFolder }) => {
        if (filesFolder === undefined) return;
        removeTree(filesFolder).catch((error: unknown) => {
          services.onLeftOver(filesFolder, error);
        });
      },
    });
  }

  /** Distinct codes that are ready. */
  get size(): number {
    return this.#prepared.size;
  }

  /**
   * Prepares code, or finds it prepared. The caller releases the lease when its container goes.
   *
   * @throws ExecutorError `WW_ERR_CODE_*`; WasmRuntimeError as `WasmRuntime.precompile`
   */
  async prepare(request: PreparationRequest, wanted: WantedRuntime): Promise<Lease<PreparedCode>> {
    const { code, main } = request;
    const digest = code instanceof Uint8Array ? await digestOf(code) : `stored ${code.digest}`;
    const memoryBytes = request.memoryBytes ?? this.#config.limits.memoryBytes;
    // What the annotations want is part of the key; what the descriptor wants follows from the code.
    const key = `${digest} ${wanted(undefined)} ${String(memoryBytes)} ${main}`;
    return this.#prepared.lease(key, async () => {
      const unpacked = await this.#unpack(request);
      try {
        const { artifact, entry, filesFolder, filesBytes, descriptor } = unpacked;
        const { description } = artifact;
        const artifactBytes = artifact.bytes.length;
        const wantedName = wanted(descriptor, description);
        const { chooser, runtimes } = this.#services;
        const runtime = await (artifact.precompiled === undefined
          ? chooser.choose(description, wantedName, { entry })
          : choosePrecompiledRuntime(artifact.precompiled, wantedName, runtimes));
        // Where threads are the engine's own, a container's limit holds in each instance, and containers
        // with different ones share the code.
        const { threading } = await runtimes.get(runtime);
        const builtInBytes = threading === 'own' ? this.#config.limits.memoryBytes : memoryBytes;
        const artifactKey = `${runtime} ${String(builtInBytes)} ${artifact.digest}`;
        const lease = await this.#compiled.lease(artifactKey, async () => ({
          compiled: await this.#compile(artifact, runtime, builtInBytes),
          bytes: artifactBytes,
        }));
        lease.release();
        const { compiled } = lease.value;
        const bytes = artifactBytes + filesBytes;
        return { compiled, description, entry, filesFolder, descriptor, bytes };
      } catch (error) {
        if (unpacked.filesFolder !== undefined) await removeTree(unpacked.filesFolder);
        throw error;
      }
    });
  }

  /**
   * Checks code as far as it can be checked without compiling it, and keeps nothing.
   *
   * @throws ExecutorError `WW_ERR_CODE_*`; WasmRuntimeError `WW_ERR_ARTIFACT_UNTRUSTED`, and as `assertRunnable`
   */
  async check(request: PreparationRequest): Promise<void> {
    const { artifact, entry } = await this.#take(request, undefined);
    assertRunnable(artifact.description, { entry });
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
    await this.#folder.remove();
  }

  async #unpack(request: PreparationRequest): Promise<UnpackedCode> {
    const taken = await this.#take(request, await this.#folder.path());
    const { artifact, entry, files, descriptor } = taken;
    return { artifact, entry, filesFolder: files.folder, filesBytes: files.bytes, descriptor };
  }

  async #take(
    { code, binary, main }: PreparationRequest,
    filesFolder: string | undefined,
  ): Promise<TakenCode> {
    const isText = code instanceof Uint8Array;
    const copy = new Uint8Array(isText ? code : code.load());
    const result = await this.#run(
      {
        type: 'intake',
        code: copy,
        form: isText ? 'text' : 'bytes',
        binary,
        main,
        limits: toIntakeLimits(this.#config.limits),
        precompiledKeys: this.#config.policy.precompiledKeys,
        filesFolder,
      },
      [copy.buffer],
    );
    if (result.type !== 'taken') throw new TypeError(`unexpected answer ${result.type}`);
    return result.taken;
  }

  async #compile(artifact: Artifact, name: string, memoryBytes: number): Promise<CompiledArtifact> {
    const { tableElements } = this.#config.limits;
    const { arrays } = this.#config.policy;
    const limits = { memoryBytes, tableElements, arrays };
    const runtime = await this.#services.runtimes.get(name);
    if (runtime.threading === 'own') return this.#compileHere(runtime, artifact, limits);
    const result = await this.#run({ type: 'precompile', runtime: name, artifact, limits }, [
      artifact.bytes.buffer,
    ]);
    if (result.type !== 'compiled') throw new TypeError(`unexpected answer ${result.type}`);
    return result.compiled;
  }

  /**
   * Its code is a handle that cannot cross threads, and it compiles on threads of its own. What takes
   * too long is answered without it, and let go when it comes.
   */
  async #compileHere(
    runtime: WasmRuntime,
    artifact: Artifact,
    limits: CompileLimits,
  ): Promise<CompiledArtifact> {
    const timeoutMs = this.#config.runtime.preparationTimeoutMs;
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      late.reject(executorError('WW_ERR_CODE_TIMEOUT', String(timeoutMs)));
    }, timeoutMs);
    try {
      return await Promise.race([runtime.precompile(artifact, limits), late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #run(task: PreparationTask, transferList: ArrayBuffer[]): Promise<PreparationResult> {
    const timeoutMs = this.#config.runtime.preparationTimeoutMs;
    const signal = AbortSignal.timeout(timeoutMs);
    let result: PreparationResult;
    try {
      const bytes = task.type === 'intake' ? task.code.length : task.artifact.bytes.length;
      const sized = { ...task, [queueOptionsSymbol]: { bytes } };
      result = await this.#pool.run(sized, { transferList, signal });
    } catch (error) {
      if (signal.aborted) throw executorError('WW_ERR_CODE_TIMEOUT', String(timeoutMs), error);
      throw executorError('WW_ERR_EXECUTOR_INTERNAL', 'The preparation thread failed.', error);
    }
    if (result.type === 'failed') throw fromErrorData(result.error);
    if (result.type === 'refused')
      throw executorError(
        result.stage === 'decode' ? 'WW_ERR_CODE_ENCODING' : 'WW_ERR_CODE_INVALID',
        result.reason,
      );
    return result;
  }
}

async function digestOf(code: Uint8Array): Promise<string> {
  if (code.length <= synchronousDigestBytesMax)
    return createHash('sha256').update(code).digest('hex');
  return Buffer.from(await subtle.digest('SHA-256', code as Uint8Array<ArrayBuffer>)).toString(
    'hex',
  );
}
