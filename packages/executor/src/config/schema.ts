import type { Static } from 'typebox';
import {
  chosenTexts,
  choice,
  count,
  flag,
  section,
  text,
  texts,
  type Described,
} from './setting-forms.js';

const mebibyte = 1024 * 1024;

/*
 * One schema gives the type, the check, the defaults and the page `docs/reference/configuration.md`.
 * Every limit is finite. Units come last in a name. Path `limits.memoryBytes` is the environment
 * variable WASMWHISK_LIMITS_MEMORY_BYTES and the flag `--set limits.memoryBytes=N`.
 */

/** Public keys, as `wasmwhisk keys show` prints them: base64 of 32 bytes, without bits left over. */
const keys = (options: Described<readonly string[]>) =>
  ({
    type: 'array',
    items: {
      type: 'string',
      format: 'precompiled-key',
      pattern: '^ed25519:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$',
    },
    ...options,
  }) as const;

const serverSchema = section({
  host: text({
    default: '127.0.0.1',
    minLength: 1,
    description: 'Address to listen on. Anything beyond loopback prints a warning.',
  }),
  port: count(
    9000,
    0,
    65_535,
    'Port to listen on; 0 takes any free one. In single mode the default is 8080.',
  ),
  bodyBytesMax: count(
    64 * mebibyte,
    1024,
    1024 * mebibyte,
    'Longest request body. OpenWhisk sends up to 48 MiB of base64 in `/init`.',
  ),
  keepAliveTimeoutMs: count(
    120_000,
    0,
    3_600_000,
    'How long an idle connection is kept. Longer than callers keep theirs (30 s), so that they never meet a closed one.',
  ),
  requestTimeoutMs: count(
    300_000,
    1000,
    3_600_000,
    'How long a request may take to arrive in full. Half-open and slow connections end after it.',
  ),
  connectionsMax: count(4096, 1, 65_535, 'Most open connections; further ones are closed at once.'),
  pipelinedRequestsMax: count(
    64,
    1,
    65_535,
    'Most requests of one connection that are in progress, or whose answers are not taken. Further ones wait, and the connection is not read from.',
  ),
  answer: choice(['plain', 'envelope'], {
    default: 'plain',
    description:
      "How results are sent: `plain` as OpenWhisk reads them, or the forerunner's `envelope`.",
  }),
  allowedHosts: texts({
    default: [],
    description:
      'Names accepted in the `Host` header beside IP addresses and localhost. A web page must not reach this server under a name of its own.',
  }),
  allowedOrigins: texts({
    default: [],
    description: 'Origins of web pages that may call. By default none.',
  }),
  drainTimeoutMs: count(
    25_000,
    0,
    3_600_000,
    'After SIGTERM: how long runs in progress may go on. Below the 30 s that Kubernetes gives.',
  ),
});

const containersSchema = section({
  max: count(
    10_000,
    1,
    1_000_000,
    'Most containers. The idle one that was used longest ago goes first.',
  ),
  idleMs: count(
    900_000,
    1000,
    86_400_000,
    'A container without a request for this long is destroyed. Invokers that stop never say goodbye.',
  ),
  concurrency: count(
    1000,
    1,
    100_000,
    'Most overlapping runs of one container. In single mode the default is 1, unless __OW_ALLOW_CONCURRENT is true.',
  ),
});

const runtimeSchema = section({
  name: choice(['auto', 'wasmtime', 'v8', 'wasmer', 'jco'], {
    default: 'auto',
    description: 'Runtime for all actions; `auto` takes the best one that supports the artifact.',
  }),
  threads: count(
    0,
    0,
    512,
    'Threads on which guests compute at once; 0: as many as processors. In single mode the default is 1, unless __OW_ALLOW_CONCURRENT is true.',
  ),
  runsMax: count(
    1000,
    1,
    1_000_000,
    'Runs in progress at once on a runtime with threads of its own (wasmtime), waiting ones included; further ones queue.',
  ),
  spareThreads: count(
    1,
    0,
    64,
    'Further threads kept ready, so that an ended one costs the next run nothing.',
  ),
  waitingThreadsMax: count(
    16,
    0,
    1024,
    'Further threads that waiting guests of further units of trust may hold.',
  ),
  runsPerThreadMax: count(1000, 1, 100_000, 'Waiting guests that one thread carries.'),
  waitingMemoryBytesMax: count(
    4096 * mebibyte,
    mebibyte,
    1024 * 1024 * mebibyte,
    'Most linear memory that guests hold together while they wait. Beyond it the largest run of the unit of trust that holds most is ended.',
  ),
  queueSizeMax: count(
    1000,
    0,
    1_000_000,
    'Runs that wait for a thread; one more fails, or the last of the unit of trust that has most.',
  ),
  heapMiB: count(
    256,
    16,
    65_536,
    'JavaScript heap of one thread, and at least twice `limits.memoryBytes`. A guest that fills it loses its thread, not the process.',
  ),
  preparationThreads: count(1, 1, 64, 'Threads that unpack and compile.'),
  preparationTimeoutMs: count(
    120_000,
    100,
    3_600_000,
    'How long unpacking and compiling may take.',
  ),
  compiledMax: count(
    1000,
    1,
    1_000_000,
    'Compiled artifacts kept although no container uses them.',
  ),
  compiledBytesMax: count(
    512 * mebibyte,
    0,
    1024 * 1024 * mebibyte,
    'Bytes of these, counted as modules, with the other files of their archives.',
  ),
  codeCacheFolder: text({
    default: '',
    description:
      'Folder for compiled code that outlives the process (wasmtime). Whoever can write there can run native code here. Empty: none.',
  }),
  codeCacheBytesMax: count(
    1024 * mebibyte,
    0,
    1024 * 1024 * mebibyte,
    'Most that this folder holds; what was used longest ago goes first.',
  ),
  warmFolder: text({
    default: '',
    description:
      'Folder whose modules, components and archives are prepared at the start, so that their first `/init` is short. Empty: none.',
  }),
  trustUnit: choice(['namespace', 'container'], {
    default: 'namespace',
    description:
      'Whose runs may share a thread while they wait. A guest that loops takes the waiting runs of its own unit with it.',
  }),
});

const limitsSchema = section({
  memoryBytes: count(
    256 * mebibyte,
    64 * 1024,
    4096 * mebibyte,
    "Most linear memory of one guest. In single mode the default follows the control group's limit, less what Node.js needs.",
  ),
  tableElements: count(
    1_000_000,
    1,
    10_000_000,
    'Most elements of one guest, all its tables together.',
  ),
  fuel: count(
    0,
    0,
    Number.MAX_SAFE_INTEGER,
    'Fuel of one run on wasmtime, about one for each instruction: CPU time that is the same everywhere. A run that has used it up traps. Counting costs speed; 0: not counted.',
  ),
  timeoutMs: count(60_000, 1, 86_400_000, 'Time of a run whose caller names no deadline.'),
  timeoutMsMax: count(600_000, 1, 86_400_000, 'Longest time of a run, whatever its caller says.'),
  deadlineMarginMs: count(
    50,
    0,
    10_000,
    'A run is ended this long before its deadline, so that its log arrives while the caller listens. Its answer is held: see `run.lateAnswerMs`.',
  ),
  logBytes: count(
    10 * mebibyte,
    0,
    1024 * mebibyte,
    'Output of one activation; what follows is dropped.',
  ),
  logLines: count(
    50_000,
    0,
    10_000_000,
    'Lines of output of one activation; what follows is dropped. Short lines cost far more than their bytes.',
  ),
  resultBytes: count(
    64 * mebibyte,
    1024,
    1024 * mebibyte,
    'Longest result. OpenWhisk itself cuts at 1 MiB.',
  ),
  directoryBytes: count(
    1024 * mebibyte,
    4096,
    1024 * 1024 * mebibyte,
    'Most that a read-write directory of a container may hold, 4 KiB for each entry included. Beyond it writing fails with EDQUOT.',
  ),
  codeBytes: count(64 * mebibyte, 1024, 1024 * mebibyte, 'Longest code text of an `/init`.'),
  artifactBytes: count(64 * mebibyte, 1024, 1024 * mebibyte, 'Largest module or component.'),
  unzippedBytes: count(256 * mebibyte, 1024, 4096 * mebibyte, 'All files of an archive together.'),
  archiveEntries: count(4096, 1, 1_000_000, 'Entries of an archive.'),
  functionBytes: count(
    4 * mebibyte,
    1024,
    1024 * mebibyte,
    'Largest function of a module. The largest seen in a real one has 427 KB (the interpreter of CPython).',
  ),
  functionDepth: count(
    10_000,
    10,
    1_000_000,
    'Blocks within blocks of one function. The most seen are 1,076 (a Go program with net/http).',
  ),
  functionWork: count(
    250_000,
    1000,
    1_000_000_000,
    'Work of compiling one function: its branches, calls and blocks, its loops times its locals, and a sixty-fourth of its loops squared. The most seen is 52,882 (StarlingMonkey). Wasmtime takes about 10 µs and 2 KB for one.',
  ),
  codeWork: count(
    8_000_000,
    10_000,
    100_000_000_000,
    'The same of all functions together, and a sixteenth of their bytes. The most seen is 1,743,576 (a Go program of 20 MB with net/http, regexp and crypto/tls); CPython has 1,016,762.',
  ),
  archiveRatio: count(200, 1, 100_000, 'How many times larger than packed a file may become.'),
});

const runSchema = section({
  lateAnswerMs: count(
    1000,
    0,
    60_000,
    'How long the answer of a run that was ended at its deadline is held, unless its caller closes the connection first. An invoker records a timeout only when it gives up by itself. The guest and its thread do not wait.',
  ),
});

const policySchema = section({
  directoryRoot: text({
    default: '',
    description:
      'Folder below which actions that ask for a directory get one of their own, per container. Empty: none do.',
  }),
  httpHosts: texts({
    default: [],
    description: 'Hosts that actions with `net_access` may reach; `*` means any. By default none.',
  }),
  runtimesByAnnotation: chosenTexts(['wasmtime', 'v8', 'wasmer', 'jco'], {
    default: [],
    description: 'Runtimes that an action may choose for itself by its annotation `runtime`.',
  }),
  arrays: flag({
    default: false,
    description:
      'Whether modules on v8 may define arrays of the garbage collection proposal (Kotlin, Dart). With them an action can end the whole process there. In single mode they may.',
  }),
  precompiledKeys: keys({
    default: [],
    description:
      'Public keys (`ed25519:BASE64`) whose precompiled code is taken. Who holds the private key of one can run native code here. By default none.',
  }),
  environment: texts({
    default: [],
    description: 'Names of host variables that every guest sees, beside `__OW_*`.',
  }),
});

const logSchema = section({
  level: choice(['silent', 'error', 'warn', 'info', 'debug', 'trace'], {
    default: 'info',
    description: 'Our own log, as JSON lines on stdout. In single mode the default is silent.',
  }),
  guestOutput: flag({
    default: true,
    description: 'Whether lines that guests write go into our log too, marked as theirs.',
  }),
  retainedBytes: count(
    64 * mebibyte,
    0,
    4096 * mebibyte,
    "Activations' logs kept for `/:containerId/logs/:activationId`.",
  ),
});

export const configSchema = section({
  server: serverSchema,
  containers: containersSchema,
  runtime: runtimeSchema,
  limits: limitsSchema,
  run: runSchema,
  policy: policySchema,
  log: logSchema,
});

/** The complete configuration of an executor, every value present. */
export type ExecutorConfig = Complete<Static<typeof configSchema>>;

/** Every setting has a default, so in the end none is absent. */
export type Complete<T> = T extends readonly (infer Item)[]
  ? readonly Complete<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]-?: Complete<T[Key]> }
    : T;
