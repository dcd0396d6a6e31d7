import { clockResolutionNs, monotonicClockNs, wallClockNs } from '../core/clocks.js';
import { HostDescriptors } from '../core/host-descriptors.js';
import { resolveArgs, resolveEnvironment, type WasiHostOptions } from '../core/host-options.js';
import { openPreopens } from '../core/preopens.js';
import { ProcessExit } from '../core/process-exit.js';
import { fillRandom } from '../core/random.js';
import type { OutputSink } from '../core/stdio.js';
import { createDeniedHttp } from './denied-http.js';
import { createDeniedSockets } from './denied-sockets.js';
import { Descriptor, DirectoryEntryStream } from './descriptor.js';
import type { FilesystemErrorCode } from './filesystem-error.js';
import { toDatetime } from './filesystem-types.js';
import { IoError } from './io-error.js';
import { ResourceBudget, type GuestContext } from './guest-context.js';
import { createPoll, createPollableClass, Pollable } from './pollable.js';
import type { Result } from './result.js';
import { InputStream, OutputStream } from './streams.js';

/** Functions and resource classes by the name that the component glue uses: lower camel case, upper for classes. */
export type Preview2Interface = Readonly<Record<string, unknown>>;

/** All that one run of a component is given. */
export interface Preview2HostOptions extends WasiHostOptions {
  /** Told why a wait of the guest ended without being over; see `GuestContext`. */
  readonly onFailure: GuestContext['onFailure'];
}

/** WASI preview 2 for one run of a component. */
export interface Preview2Host {
  /** By interface name without version, such as `wasi:io/poll`. */
  readonly imports: Readonly<Record<string, Preview2Interface>>;
  /** Closes what the guest left open. Every run ends with it. Idempotent. */
  close(): void;
}

/**
 * Most random bytes of one call: what a call of a component may take of the host, on Wasmtime too. A guest that
 * asks for more traps, since the interface can give neither fewer nor pieces.
 */
const randomBytesMax = 4n * 1024n * 1024n;

/** The resources of the terminals. There is no terminal. */
class TerminalInput {}
class TerminalOutput {}

const noTerminal = (): undefined => undefined;

/** Interfaces that are the same for every run. */
const sharedInterfaces: Readonly<Record<string, Preview2Interface>> = {
  'wasi:cli/exit': {
    exit: (status: Result<void, void>): never => {
      throw new ProcessExit(status.tag === 'ok' ? 0 : 1);
    },
    exitWithCode: (code: number): never => {
      throw new ProcessExit(code);
    },
  },
  'wasi:cli/terminal-input': { TerminalInput },
  'wasi:cli/terminal-output': { TerminalOutput },
  'wasi:cli/terminal-stdin': { getTerminalStdin: noTerminal },
  'wasi:cli/terminal-stdout': { getTerminalStdout: noTerminal },
  'wasi:cli/terminal-stderr': { getTerminalStderr: noTerminal },
  'wasi:clocks/wall-clock': {
    now: () => toDatetime(wallClockNs()),
    resolution: () => toDatetime(clockResolutionNs.wall),
  },
  // The host's own time zone is none of the guest's business.
  'wasi:clocks/timezone': {
    display: () => ({ utcOffset: 0, name: 'UTC', inDaylightSavingTime: false }),
    utcOffset: () => 0,
  },
  'wasi:random/random': { getRandomBytes: randomBytes, getRandomU64: randomU64 },
  'wasi:random/insecure': { getInsecureRandomBytes: randomBytes, getInsecureRandomU64: randomU64 },
  'wasi:random/insecure-seed': { insecureSeed: () => [randomU64(), randomU64()] as const },
  'wasi:io/error': { Error: IoError },
  'wasi:io/streams': { InputStream, OutputStream },
  'wasi:filesystem/types': {
    Descriptor,
    DirectoryEntryStream,
    filesystemErrorCode: (error: IoError): FilesystemErrorCode | undefined => error.filesystemCode,
  },
};

/**
 * The functions whose promise suspends the guest (JSPI): everything else answers at once.
 * In the form in which jco takes them.
 */
export const preview2SuspendingImports: readonly string[] = [
  'wasi:io/poll#poll',
  'wasi:io/poll#[method]pollable.block',
];

/**
 * Makes the imports of one run.
 *
 * @throws what `node:fs` throws when a preopened directory does not exist
 */
export function createPreview2Host(options: Preview2HostOptions): Preview2Host {
  const context: GuestContext = {
    signal: options.signal,
    onWaiting: options.onWaiting,
    onFailure: options.onFailure,
    resources: new ResourceBudget(),
  };
  const descriptors = new HostDescriptors(options.descriptorsMax);
  return {
    imports: {
      ...sharedInterfaces,
      ...createDeniedSockets(context),
      ...createDeniedHttp(context),
      ...runInterfaces(options, context, descriptors),
    },
    close: () => {
      descriptors.close();
    },
  };
}

/** What of an interface this host offers; `undefined` for an interface that it does not know. */
export function preview2Offer(interfaceName: string): ReadonlySet<string> | undefined {
  return offers.get(interfaceName);
}

function runInterfaces(
  options: WasiHostOptions,
  context: GuestContext,
  descriptors: HostDescriptors,
): Record<string, Preview2Interface> {
  const { stdio } = options;
  const toOutput = (write: OutputSink): OutputStream => new OutputStream({ write }, context);
  const after = (durationNs: bigint): Pollable =>
    new Pollable(monotonicClockNs() + durationNs, context);
  return {
    'wasi:cli/environment': {
      getEnvironment: () => resolveEnvironment(options.environment),
      getArguments: () => resolveArgs(options.args),
      initialCwd: () => undefined,
    },
    'wasi:io/poll': {
      Pollable: createPollableClass(context),
      poll: createPoll(context),
    },
    'wasi:cli/stdin': { getStdin: () => new InputStream(stdio.stdin, context) },
    'wasi:cli/stdout': { getStdout: () => toOutput(stdio.stdout) },
    'wasi:cli/stderr': { getStderr: () => toOutput(stdio.stderr) },
    'wasi:clocks/monotonic-clock': {
      now: monotonicClockNs,
      resolution: () => clockResolutionNs.monotonic,
      subscribeInstant: (whenNs: bigint) => new Pollable(whenNs, context),
      subscribeDuration: after,
    },
    'wasi:filesystem/preopens': {
      // Each call gives descriptors of its own: the guest may drop them one by one.
      getDirectories: () =>
        openPreopens(options.preopens, descriptors).map(
          ({ directory, guestPath }) => [new Descriptor(directory, context), guestPath] as const,
        ),
    },
  };
}

const nothing: Preview2HostOptions = {
  args: [],
  environment: [],
  stdio: {
    stdin: { read: () => new Uint8Array() },
    stdout: () => undefined,
    stderr: () => undefined,
  },
  preopens: [],
  onFailure: () => undefined,
};

const offers: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(createPreview2Host(nothing).imports).map(([name, members]) => [
    name,
    new Set(Object.keys(members)),
  ]),
);

function randomBytes(length: bigint): Uint8Array {
  if (length > randomBytesMax)
    throw new WebAssembly.RuntimeError(
      `requested len ${String(length)} exceeds limit ${String(randomBytesMax)}`,
    );
  const bytes = new Uint8Array(Number(length));
  fillRandom(bytes);
  return bytes;
}

function randomU64(): bigint {
  const word = new BigUint64Array(1);
  fillRandom(new Uint8Array(word.buffer));
  return word[0] ?? 0n;
}
