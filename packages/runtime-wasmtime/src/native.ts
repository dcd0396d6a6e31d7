import { WasmRuntimeError } from '@wasmwhisk/runtime';
import { loadAddon } from './load-addon.js';

/*
 * The types of the bridge, in the order and under the names of `native/addon/src/data.rs`, which a test
 * compares.
 */

export interface EngineSettingsData {
  readonly threads: number;
  readonly runsMax: number;
  readonly queueSizeMax: number;
  readonly waitingMemoryBytesMax: number;
  readonly compileJobsMax: number;
  /** 0: not counted. */
  readonly fuel: number;
  /** Empty: none. */
  readonly codeCacheFolder: string;
  readonly codeCacheBytesMax: number;
}

export interface DirectoryData {
  readonly hostPath: string;
  readonly guestPath: string;
  readonly writable: boolean;
  /** 0: any number. */
  readonly bytesMax: number;
}

export interface SettingsData {
  readonly interface: string;
  readonly entry: string;
  readonly memoryBytes: number;
  readonly tableElements: number;
  readonly resultBytes: number;
  readonly directories: readonly DirectoryData[];
  readonly httpHosts: readonly string[];
}

export interface FailureData {
  readonly errorCode: string;
  readonly message: string;
  readonly trap?: string;
  readonly exitCode?: number;
  readonly backtrace: readonly string[];
  /** Why the run was ended from outside: 1 timeout, 2 aborted, 3 waiting memory, 4 shutting down; 0: it was not. */
  readonly end: number;
  /** Module and name of an import that nothing provides. */
  readonly missingImport?: readonly string[];
}

export interface IdentityData {
  readonly engine: string;
  readonly target: string;
  readonly settings: string;
}

export interface EngineStatusData {
  readonly computing: number;
  readonly running: number;
  readonly queued: number;
  readonly waiting: number;
}

export interface NativeCode {
  readonly compiled: boolean;
}

export interface NativeContainer {
  readonly linked: boolean;
  /** Keeps the environment that all further runs begin with. */
  shareEnvironment(environment: string): void;
}

export interface NativeEngine {
  readonly warnings: readonly string[];
  readonly identity: IdentityData;
  compile(
    bytes: Uint8Array,
    digest: string,
    isComponent: boolean,
  ): Promise<NativeCode | FailureData>;
  load(bytes: Uint8Array, isComponent: boolean): Promise<NativeCode | FailureData>;
  serialize(code: NativeCode): Uint8Array<ArrayBuffer> | FailureData;
  initialize(code: NativeCode, settings: SettingsData): NativeContainer | FailureData;
  start(
    container: NativeContainer,
    id: number,
    input: string | Uint8Array,
    environment: string,
    timeLeftMs: number,
    unit: number,
    logBytesMax: number,
  ): void;
  startCommand(
    container: NativeContainer,
    id: number,
    args: readonly string[],
    environment: string,
  ): void;
  giveInput(id: number, bytes: Uint8Array): void;
  abort(id: number): void;
  /** Writes to the numbers of the constructor and gives the rest, see `native/addon/src/events.rs`. */
  takeEvents(): readonly unknown[];
  /** So many events of output of a run, with so many bytes together, were handled: its guest may go on writing. */
  outputHandled(id: number, events: number, bytes: number): void;
  status(): EngineStatusData;
  close(): void;
}

/** What the addon exports. */
export interface NativeAddon {
  readonly NativeEngine: new (
    settings: EngineSettingsData,
    numbers: Float64Array<ArrayBuffer>,
    wake: () => void,
  ) => NativeEngine;
  readonly NativeCode: abstract new () => NativeCode;
  readonly NativeContainer: abstract new () => NativeContainer;
}

let loaded: NativeAddon | undefined;

/**
 * The addon, loaded once for each thread.
 *
 * @throws WasmRuntimeError `WW_ERR_RUNTIME_UNAVAILABLE` with everything that was tried
 */
export function nativeAddon(): NativeAddon {
  if (loaded !== undefined) return loaded;
  const { path, exports } = loadAddon();
  if (!isNativeAddon(exports))
    throw new WasmRuntimeError(
      'WW_ERR_RUNTIME_UNAVAILABLE',
      `${path} is no native engine of this version of wasmwhisk: it lacks what this version calls. Install matching packages, or build it anew (npm run build:native).`,
    );
  loaded = exports;
  return exports;
}

/** A switch for those who look for a fault at the border: `WASMWHISK_NATIVE_TRACE=1` shows every call on stderr. */
export const traceVariable = 'WASMWHISK_NATIVE_TRACE';

const engineMethods = [
  'compile',
  'load',
  'serialize',
  'initialize',
  'start',
  'startCommand',
  'giveInput',
  'abort',
  'takeEvents',
  'outputHandled',
  'status',
  'close',
] as const satisfies readonly (keyof NativeEngine)[];

function isNativeAddon(value: unknown): value is NativeAddon {
  if (typeof value !== 'object' || value === null) return false;
  if (!('NativeEngine' in value && 'NativeCode' in value && 'NativeContainer' in value))
    return false;
  const { NativeEngine, NativeCode, NativeContainer } = value;
  if (
    typeof NativeEngine !== 'function' ||
    typeof NativeCode !== 'function' ||
    typeof NativeContainer !== 'function'
  )
    return false;
  const prototype: unknown = NativeEngine.prototype;
  return (
    typeof prototype === 'object' &&
    prototype !== null &&
    engineMethods.every((name) => name in prototype)
  );
}

/** Makes an engine, traced where `WASMWHISK_NATIVE_TRACE` asks for it. */
export function openEngine(
  settings: EngineSettingsData,
  numbers: Float64Array<ArrayBuffer>,
  wake: () => void,
): NativeEngine {
  const engine = new (nativeAddon().NativeEngine)(settings, numbers, wake);
  return process.env[traceVariable] === '1' ? traced(engine) : engine;
}

function traced(engine: NativeEngine): NativeEngine {
  return new Proxy(engine, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        process.stderr.write(`native ${String(name)}(${args.map(shown).join(', ')})\n`);
        return Reflect.apply(member, target, args) as unknown;
      };
    },
  });
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 60));
  if (value instanceof Uint8Array) return `${String(value.length)} bytes`;
  if (typeof value === 'object' && value !== null) return value.constructor.name;
  return String(value);
}
