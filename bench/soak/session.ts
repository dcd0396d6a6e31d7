import { toRunBody } from '../load/actions.ts';
import type { Answer, JsonClient } from '../load/json-client.ts';
import type { Random } from './random.ts';

/** An answer that is not what the soak expected. */
export class WrongAnswerError extends Error {
  override readonly name = 'WrongAnswerError';
}

export interface RunOptions {
  /** Default: one of a few. */
  readonly namespace?: string;
  readonly deadlineEpochMs?: number;
  readonly activationId?: string;
}

/** How long the log of an abandoned run may need to appear, in milliseconds. */
const logAppearsMs = 3000;

/** What one activity of the soak works with. */
export class Session {
  readonly client: JsonClient;
  readonly random: Random;
  /** Runs that reached a guest's container: the server counts the same. */
  readonly onRun: () => void;
  /** Unique in this soak. */
  readonly id: string;

  constructor(client: JsonClient, random: Random, id: string, onRun: () => void) {
    this.client = client;
    this.random = random;
    this.id = id;
    this.onRun = onRun;
  }

  /** Sends a `/run` to a container that is initialized. */
  async run(path: string, value: string, options: RunOptions = {}): Promise<Answer> {
    const { namespace = `namespace-${String(this.random.integer(1, 4))}`, ...rest } = options;
    this.onRun();
    return this.client.post(`${path}/run`, toRunBody(value, { namespace, ...rest }));
  }

  /**
   * A run whose caller goes away while the guest is busy. It has ended when its log is closed; one
   * that never has a log did not reach the executor, because its caller left too early.
   */
  async abandon(path: string, value: string, afterMs: number): Promise<void> {
    const signal = AbortSignal.timeout(afterMs);
    const options = { namespace: `abandoned-${this.id}`, activationId: this.id };
    let answer: Answer | undefined;
    try {
      answer = await this.client.post(`${path}/run`, toRunBody(value, options), signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    if (answer !== undefined)
      throw new WrongAnswerError(`an abandoned run was answered: ${show(answer)}`);
    if (await this.#hasLog(path)) this.onRun();
  }

  async destroy(path: string): Promise<void> {
    expectStatus(await this.client.post(`${path}/destroy`), 200);
  }

  async #hasLog(path: string): Promise<boolean> {
    const giveUpAt = performance.now() + logAppearsMs;
    while (performance.now() < giveUpAt) {
      const { status } = await this.client.get(`${path}/logs/${this.id}`);
      if (status === 200) return true;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return false;
  }
}

/** Every answer has its length and is never chunked: invokers take others for none. */
export function expectStatus(answer: Answer, status: number): void {
  const { headers } = answer;
  if (answer.status !== status)
    throw new WrongAnswerError(`expected ${String(status)}: ${show(answer)}`);
  if (Number(headers['content-length']) !== Buffer.byteLength(answer.body))
    throw new WrongAnswerError(`a wrong Content-Length: ${show(answer)}`);
  if (headers['transfer-encoding'] !== undefined)
    throw new WrongAnswerError(`a chunked answer: ${show(answer)}`);
}

/** A 200 with exactly this body. */
export function expectBody(answer: Answer, body: string): void {
  expectStatus(answer, 200);
  if (answer.body !== body)
    throw new WrongAnswerError(`expected ${body.slice(0, 200)}: ${show(answer)}`);
}

/** A refusal or failure: status, code in the header, and a text that contains this. */
export function expectFailure(answer: Answer, status: number, code: string, text = ''): void {
  expectStatus(answer, status);
  const given = answer.headers['x-wasmwhisk-error'];
  const { error } = JSON.parse(answer.body) as { readonly error?: unknown };
  if (given !== code || typeof error !== 'string' || !error.includes(text))
    throw new WrongAnswerError(`expected ${code} "${text}": ${show(answer)}`);
}

function show(answer: Answer): string {
  const code = String(answer.headers['x-wasmwhisk-error'] ?? 'no code');
  return `${String(answer.status)} ${code} ${answer.body.slice(0, 300)}`;
}
