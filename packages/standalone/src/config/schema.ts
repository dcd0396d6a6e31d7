import {
  choice,
  configSchema,
  count,
  flag,
  defineConfigShape,
  section,
  text,
  texts,
  type Complete,
  type ConfigShape,
} from '@wasmwhisk/executor';
import type { Static } from 'typebox';

const mebibyte = 1024 * 1024;
const dayMs = 86_400_000;

const apiSchema = section({
  corsOrigins: texts({
    default: [],
    description:
      'Origins of web pages that may use the REST API from a browser. By default none; web actions answer every page, as in OpenWhisk.',
  }),
  blockingWaitMs: count(
    60_000,
    1,
    3_600_000,
    'How long a blocking invocation is waited for before it is answered with its id.',
  ),
  listLimitMax: count(200, 1, 10_000, 'Most items of a list; a limit of 0 asks for so many.'),
  payloadBytesMax: count(
    mebibyte,
    1024,
    64 * mebibyte,
    'Longest arguments of an invocation, a trigger or a web action.',
  ),
  resultBytesMax: count(mebibyte, 1024, 64 * mebibyte, 'Longest result; a longer one is cut.'),
  parametersBytesMax: count(
    mebibyte,
    1024,
    64 * mebibyte,
    'Most bytes of the parameters of an entity, and of its annotations.',
  ),
  codeBytesMax: count(
    48 * mebibyte,
    1024,
    1024 * mebibyte,
    'Longest code of an action as text: base64 is a third longer than what it stands for.',
  ),
  webSandbox: flag({
    default: true,
    description:
      'Whether what web actions answer is kept apart from the origin that all of them share, by `Content-Security-Policy: sandbox` on every answer. Without it their pages have cookies and local storage, and may read what pages of other web actions keep there. The REST API refuses them either way.',
  }),
  uriBytesMax: count(8192, 256, 65_536, 'Longest path with its query.'),
  sequenceLengthMax: count(
    50,
    1,
    1000,
    'Most actions of a sequence, those of inner ones included.',
  ),
});

const throttleSchema = section({
  invocationsPerMinute: count(
    600_000,
    0,
    1_000_000_000,
    'Invocations of a namespace in a minute of the clock. OpenWhisk: 60.',
  ),
  firesPerMinute: count(
    600_000,
    0,
    1_000_000_000,
    'Triggers that a namespace may fire in a minute of the clock. OpenWhisk: 60.',
  ),
  concurrentInvocations: count(
    1000,
    0,
    1_000_000,
    'Invocations of a namespace in progress at once. OpenWhisk: 30.',
  ),
});

const actionsSchema = section({
  timeoutMs: count(60_000, 1, dayMs, 'Time limit of an action that sets none.'),
  timeoutMsMin: count(100, 1, dayMs, 'Shortest time limit.'),
  timeoutMsMax: count(300_000, 1, dayMs, 'Longest time limit.'),
  memoryMiB: count(256, 1, 4096, 'Memory limit of an action that sets none.'),
  memoryMiBMin: count(128, 1, 4096, 'Least memory limit.'),
  memoryMiBMax: count(512, 1, 4096, 'Greatest memory limit.'),
  logsMiB: count(10, 0, 1024, 'Log limit of an action that sets none.'),
  logsMiBMax: count(10, 0, 1024, 'Greatest log limit.'),
  concurrency: count(
    1,
    1,
    10_000,
    'Overlapping runs of one container, of an action that sets none.',
  ),
  concurrencyMax: count(200, 1, 10_000, 'Greatest number of these.'),
});

const storageSchema = section({
  dataFolder: text({
    default: '',
    description:
      'Folder for everything that is kept: entities, code, activations, users. Empty: nothing outlives the process.',
  }),
  activationsMax: count(
    200_000,
    1,
    1_000_000_000,
    'Records of activations that are kept; the oldest go first.',
  ),
  activationAgeMsMax: count(
    7 * dayMs,
    60_000,
    3650 * dayMs,
    'How long records of activations are kept.',
  ),
  activationBytesMax: count(
    1024 * mebibyte,
    mebibyte,
    1_048_576 * mebibyte,
    'Bytes that the database may take without the code of actions; the oldest records of activations go first.',
  ),
  durability: choice(['normal', 'full'], {
    default: 'normal',
    description:
      'What an answer survives: `normal` the end of the process, `full` that of the system and of its power too, for which every answer waits for the disk.',
  }),
  checkWaitMs: count(
    10_000,
    0,
    3_600_000,
    'How long the database is looked through before the server starts. What takes longer goes on beside it.',
  ),
  lostWaitMs: count(
    3000,
    0,
    3_600_000,
    'How long a data folder that was moved, deleted or replaced may be gone until the server ends. Requests are refused meanwhile.',
  ),
});

const poolSchema = section({
  memoryMiB: count(
    131_072,
    1,
    1_073_741_824,
    'Memory limits of all containers together. Memory is only taken as guests use it, so this may be more than there is. Idle containers make room.',
  ),
  queueSizeMax: count(
    10_000,
    0,
    1_000_000,
    'Activations that wait for a container; one more fails.',
  ),
});

/** The settings of an executor, and those of the OpenWhisk around it. */
export const standaloneConfigSchema = section({
  ...configSchema.properties,
  api: apiSchema,
  throttle: throttleSchema,
  actions: actionsSchema,
  storage: storageSchema,
  pool: poolSchema,
});

/** The complete configuration of a standalone OpenWhisk, every value present. */
export type StandaloneConfig = Complete<Static<typeof standaloneConfigSchema>>;

/** Every setting of a standalone OpenWhisk. */
export const standaloneShape: ConfigShape<StandaloneConfig> =
  defineConfigShape(standaloneConfigSchema);
