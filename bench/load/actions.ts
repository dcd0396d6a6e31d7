import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** The published default key of `guest`. */
export const guestKey =
  '23bc46b1-71f6-4ed5-8c54-816aa4f8c502:123zO3xZCLrMN6v2BKK1dXYFpXlPkccOFqm12CdAsMgRU4VrNZ9lyGVCGuMDGIwP';

/** The file of an example action's module, such as `add/build/add.wasm`. */
export function findExample(path: string): string {
  return join(root, 'examples/actions', path);
}

/** Reads an example action's module, such as `add/build/add.wasm`. */
export function readExample(path: string): Buffer<ArrayBuffer> {
  return readFileSync(findExample(path));
}

/** Reads a guest of the executor's tests by its name. */
export function readGuest(name: string): Buffer<ArrayBuffer> {
  return readFileSync(join(root, 'packages/executor/guests/build', `${name}.wasm`));
}

/** The body of an `/init`. */
export function toInitBody(
  wasm: Uint8Array,
  annotations?: Readonly<Record<string, unknown>>,
): string {
  return JSON.stringify({
    value: {
      name: 'bench',
      main: 'main',
      binary: true,
      code: Buffer.from(wasm).toString('base64'),
      env: {},
      ...(annotations === undefined ? {} : { annotations }),
    },
  });
}

export interface RunBodyOptions {
  readonly namespace?: string;
  /** Default: ten minutes from now. */
  readonly deadlineEpochMs?: number;
  /** Default: made up. */
  readonly activationId?: string;
}

/** The body of a `/run`, with all that an invoker sends along. `value` is JSON text. */
export function toRunBody(value: string, options: RunBodyOptions = {}): string {
  const { namespace = 'guest', deadlineEpochMs = Date.now() + 600_000 } = options;
  const context = {
    namespace,
    action_name: `/${namespace}/bench`,
    action_version: '0.0.1',
    api_host: 'https://openwhisk.example',
    api_key: guestKey,
    activation_id: options.activationId ?? randomBytes(16).toString('hex'),
    transaction_id: randomBytes(16).toString('hex'),
    deadline: String(deadlineEpochMs),
  };
  return `${JSON.stringify(context).slice(0, -1)},"value":${value}}`;
}

/** The same program under another digest: a custom section of random bytes is added, which engines pass over. */
export function asNewArtifact(wasm: Uint8Array): Buffer<ArrayBuffer> {
  const salt = randomBytes(16);
  // Section 0, its length, the length of its name, and the name.
  return Buffer.concat([wasm, Buffer.from([0, salt.length + 2, 1, 0x78]), salt]);
}
