/*
 * A server's writes under load, for a test that kills it: every line that is printed is something that
 * was answered. Usage: storage-writer.mjs <data folder> <round>
 */
import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { openStorage } from '../dist/storage/open-storage.js';

const [dataFolder, round] = process.argv.slice(2);
const { storage } = openStorage({
  dataFolder,
  activationsMax: 10_000_000,
  activationBytesMax: 1_000_000_000,
  activationAgeMsMax: 86_400_000,
  onError: (error) => {
    throw error;
  },
});
const { entities, codes, activations } = storage;

/** Without a buffer of ours: what was printed before the end is read. */
function print(...words) {
  writeSync(1, `${words.join(' ')}\n`);
}

const noted = {
  namespace: 'guest',
  subject: 'guest',
  name: 'add',
  package: undefined,
  version: '0.0.1',
  cause: undefined,
  annotations: [{ key: 'path', json: '"guest/add"' }],
};

async function invoke(number) {
  const activationId = randomBytes(16).toString('hex');
  const startEpochMs = Date.now();
  const activation = { ...noted, activationId, startEpochMs };
  if (number % 3 !== 0) {
    await activations.accept(activation);
    print('accepted', activationId);
  }
  // Every seventh never ends.
  if (number % 7 === 1) return;
  await activations.store({
    ...activation,
    endEpochMs: startEpochMs + 1,
    durationMs: 1,
    statusCode: 0,
    resultJson: JSON.stringify({ id: activationId }),
    resultBytes: 41,
    logs: ['x'.repeat(number % 500)],
  });
  print('stored', activationId);
}

function deploy(number) {
  const name = `action-${String((number / 32) % 8)}`;
  const code = randomBytes(1000);
  const codeDigest = entities.transaction(() => {
    const digest = codes.put(code);
    entities.put({
      type: 'action',
      path: { namespace: 'guest', package: undefined, name },
      version: `${round}.0.${String(number)}`,
      publish: false,
      annotations: [],
      updatedEpochMs: Date.now(),
      exec: {
        type: 'code',
        kind: 'wasm:0.1',
        codeDigest: digest,
        codeBytes: code.length,
        binary: true,
        main: undefined,
      },
      parameters: [],
      limits: { timeoutMs: 1, memoryMiB: 1, logsMiB: 1, concurrency: 1, instances: undefined },
    });
    return digest;
  });
  print('deployed', name, `${round}.0.${String(number)}`, codeDigest);
}

/** Until it is killed. */
async function work(worker) {
  for (let number = worker; ; number += 16) {
    await invoke(number);
    if (number % 32 === 0) deploy(number);
  }
}

print('ready');
await Promise.all(Array.from({ length: 16 }, (_, worker) => work(worker)));
