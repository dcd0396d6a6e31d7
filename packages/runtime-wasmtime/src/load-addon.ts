import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WasmRuntimeError } from '@wasmwhisk/runtime';
import { findLibraryFault } from './library-file.js';

/** The Node-API that the addon is built against. */
export const nodeApiVersion = 9;

/** Names a binary to load instead of those that are looked for. */
export const addonPathVariable = 'WASMWHISK_NATIVE_PATH';

/** What the loader has to know of the process. Every default is what runs here. */
export interface AddonHost {
  readonly platform: string;
  readonly arch: string;
  /** Version of glibc, `undefined` for another C library (musl). Asked for on Linux only. */
  readonly glibc: string | undefined;
  /** Version of Node-API, such as `10`; `undefined` where there is none. */
  readonly nodeApi: string | undefined;
  /** Version of Node.js, for messages. */
  readonly node: string;
}

export interface LoadAddonOptions {
  /** The one binary to load. Default: `WASMWHISK_NATIVE_PATH` of the environment, if not empty. */
  readonly path?: string | undefined;
  /** Folder of binaries built here. Default: `dist/native/` of this package. */
  readonly folder?: string;
  readonly host?: AddonHost;
  /** Finds the file of a platform package. Default: as Node.js resolves it from this package. */
  readonly resolve?: (specifier: string) => string;
  /** Loads a binary. Default: `require`. */
  readonly load?: (path: string) => unknown;
}

/** A binary that loaded. */
export interface LoadedAddon {
  readonly path: string;
  /** What it exports; whoever uses it checks. */
  readonly exports: unknown;
}

interface Attempt {
  readonly place: string;
  readonly reason: string;
}

const require = createRequire(import.meta.url);
const builtFolder = fileURLToPath(new URL('../dist/native/', import.meta.url));
const scope = '@wasmwhisk/runtime-wasmtime';

function glibcVersion(): string | undefined {
  const report = process.report.getReport() as {
    readonly header: { readonly glibcVersionRuntime?: string };
  };
  return report.header.glibcVersionRuntime;
}

function currentHost(): AddonHost {
  const { platform, arch, versions, version } = process;
  const glibc = platform === 'linux' ? glibcVersion() : undefined;
  return { platform, arch, glibc, nodeApi: versions['napi'], node: version };
}

/** The name of a platform by napi's convention, such as `linux-x64-gnu`: ends package names and files. */
export function toPlatformName(host: AddonHost): string {
  const name = `${host.platform}-${host.arch}`;
  if (host.platform === 'linux') return `${name}-${host.glibc === undefined ? 'musl' : 'gnu'}`;
  return host.platform === 'win32' ? `${name}-msvc` : name;
}

function fileNameOf(host: AddonHost): string {
  return `wasmwhisk-native.${toPlatformName(host)}.node`;
}

/**
 * Says in our words why the operating system or Node.js refused a binary. The only place that reads such
 * messages: all of these come with the one code `ERR_DLOPEN_FAILED`.
 */
export function explainLoadFailure(message: string, host: AddonHost): string {
  const [first = ''] = message.split('\n');
  const [, neededGlibc] = /version [`']GLIBC_([\d.]+)' not found/.exec(message) ?? [];
  if (neededGlibc !== undefined)
    return `needs glibc ${neededGlibc} or newer, and this system has ${host.glibc ?? 'none'}`;
  if (message.includes('libc.musl-')) return 'is made for musl, and this system has glibc';
  if (/ld-linux|libc\.so\.6|_(?:chk|isoc\d+)\w*: symbol not found/.test(message))
    return 'is made for glibc, and this system has another C library (musl)';
  const [, library] = /(\S+): cannot open shared object file/.exec(message) ?? [];
  if (library !== undefined) return `needs the library ${library}, which is not there`;
  const [, needed, found] =
    /NODE_MODULE_VERSION (\d+)[^]*NODE_MODULE_VERSION (\d+)/.exec(message) ?? [];
  if (needed !== undefined && found !== undefined)
    return `is made for Node.js ABI ${needed}, and ${host.node} has ${found}`;
  if (message.includes('did not self-register')) return 'is a shared library, but no addon';
  return `does not load (${first})`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** @returns The exports, or why there are none. */
function tryFile(
  path: string,
  host: AddonHost,
  load: (path: string) => unknown,
): LoadedAddon | { readonly reason: string } {
  const fault = findLibraryFault(path, host);
  if (fault !== undefined) return { reason: fault };
  try {
    return { path, exports: load(path) };
  } catch (error) {
    return { reason: explainLoadFailure(messageOf(error), host) };
  }
}

function nodeApiFault(host: AddonHost): string | undefined {
  // A module that asks for a newer Node-API than there is ends the process, so it is not even tried.
  if (Number(host.nodeApi ?? 0) >= nodeApiVersion) return undefined;
  return (
    `The native engine needs Node-API ${String(nodeApiVersion)}, and Node.js ${host.node} offers ` +
    `${host.nodeApi ?? 'none'}. Use Node.js 24 or newer.`
  );
}

/** Where a binary may lie; a place without a path says why it has none. */
type Place =
  | { readonly place: string; readonly path: string }
  | { readonly place: string; readonly path: undefined; readonly reason: string };

function explicitPlace(options: LoadAddonOptions): Place | undefined {
  const path = 'path' in options ? options.path : process.env[addonPathVariable];
  if (path === undefined || path === '') return undefined;
  return { place: `${addonPathVariable}=${path}`, path: resolve(path) };
}

function packagePlace(options: LoadAddonOptions, host: AddonHost): Place {
  const name = `${scope}-${toPlatformName(host)}`;
  try {
    const path = (options.resolve ?? require.resolve)(name);
    return { place: `${name} (${path})`, path };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const reason =
      code === 'MODULE_NOT_FOUND' ? 'is not installed' : `cannot be resolved (${messageOf(error)})`;
    return { place: name, path: undefined, reason };
  }
}

/** Every place to look at, best first. */
function placesOf(options: LoadAddonOptions, host: AddonHost): readonly Place[] {
  const explicit = explicitPlace(options);
  if (explicit !== undefined) return [explicit];
  const built = join(options.folder ?? builtFolder, fileNameOf(host));
  return [packagePlace(options, host), { place: built, path: built }];
}

function adviceFor(options: LoadAddonOptions, host: AddonHost): string {
  return explicitPlace(options) === undefined
    ? `In a checkout, \`npm run build:native\` makes one for ${toPlatformName(host)}; it needs Rust.`
    : `Correct ${addonPathVariable}, or unset it to have the installed binary found.`;
}

/**
 * Loads the native engine: the binary that `WASMWHISK_NATIVE_PATH` names, and no other if it is set; else
 * the package for this platform; else the binary that `npm run build:native` made in this package.
 *
 * @throws WasmRuntimeError `WW_ERR_RUNTIME_UNAVAILABLE` when none loads. The message names every place
 *   that was tried with its reason, and what to do.
 */
export function loadAddon(options: LoadAddonOptions = {}): LoadedAddon {
  const host = options.host ?? currentHost();
  const fault = nodeApiFault(host);
  if (fault !== undefined) throw new WasmRuntimeError('WW_ERR_RUNTIME_UNAVAILABLE', fault);
  const attempts: Attempt[] = [];
  for (const place of placesOf(options, host)) {
    const end =
      place.path === undefined ? place : tryFile(place.path, host, options.load ?? require);
    if ('exports' in end) return end;
    attempts.push({ place: place.place, reason: end.reason });
  }
  const lines = attempts.map(({ place, reason }) => `  - ${place} ${reason}`);
  throw new WasmRuntimeError(
    'WW_ERR_RUNTIME_UNAVAILABLE',
    ['No binary of the native engine could be loaded:', ...lines, adviceFor(options, host)].join(
      '\n',
    ),
  );
}

/**
 * Whether there is no binary for this system at all, working or not. Tests skip without one, and fail
 * with one that does not load.
 *
 * @returns Why there is none, with what to do, in one line; `undefined` when there is one, or when
 *   `WASMWHISK_NATIVE_PATH` is set.
 */
export function findMissingAddon(options: LoadAddonOptions = {}): string | undefined {
  const host = options.host ?? currentHost();
  const places = placesOf(options, host);
  const found = places.some(({ path }) => path !== undefined && existsSync(path));
  if (found || explicitPlace(options) !== undefined) return undefined;
  return `There is no binary of the native engine. ${adviceFor(options, host)}`;
}
