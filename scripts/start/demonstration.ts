import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

interface DemoAction {
  readonly name: string;
  /** From the root of the repository. */
  readonly file: string;
  readonly argumentsText: string;
  readonly resultText: string;
}

const demoActions: readonly DemoAction[] = [
  {
    name: 'hello',
    file: 'examples/actions/hello/build/hello.wasm',
    argumentsText: '{"name":"Ada"}',
    resultText: '{"greeting":"Hello, Ada!"}',
  },
  {
    name: 'add',
    file: 'examples/actions/add/build/add.wasm',
    argumentsText: '{"param1":2,"param2":2}',
    resultText: '{"result":4}',
  },
];

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly ms: number;
}

/** Speaks the REST API as clients do. */
export class DemoClient {
  readonly #base: string;
  readonly #authorization: string;

  constructor(url: string, authKey: string) {
    this.#base = `${url}/api/v1/namespaces/_/`;
    this.#authorization = `Basic ${Buffer.from(authKey).toString('base64')}`;
  }

  async call(method: 'PUT' | 'POST', path: string, body: string): Promise<Answer> {
    const startedAt = performance.now();
    const response = await fetch(`${this.#base}${path}`, {
      method,
      headers: { authorization: this.#authorization, 'content-type': 'application/json' },
      body,
    });
    const text = await response.text();
    return { status: response.status, text, ms: performance.now() - startedAt };
  }
}

/**
 * Creates the example actions and invokes each twice, first cold, then warm, and shows everything.
 *
 * @returns whether all answered what they should
 */
export async function demonstrate(
  client: DemoClient,
  say: (line: string) => void,
): Promise<boolean> {
  for (const action of demoActions) if (!(await demonstrateOne(client, action, say))) return false;
  return true;
}

async function demonstrateOne(
  client: DemoClient,
  { name, file, argumentsText, resultText }: DemoAction,
  say: (line: string) => void,
): Promise<boolean> {
  const bytes = readFileSync(join(root, file));
  const path = `actions/${name}`;
  const exec = { kind: 'wasm:default', code: bytes.toString('base64') };
  const created = await client.call('PUT', `${path}?overwrite=true`, JSON.stringify({ exec }));
  say(`  PUT  ${path}  ${file} (${bytes.length.toLocaleString('en-US')} bytes)`);
  say(`    -> ${String(created.status)}  (${created.ms.toFixed(1)} ms)`);
  if (created.status !== 200) {
    say(created.text);
    return false;
  }
  const runs: Answer[] = [];
  for (const temperature of ['cold', 'warm']) {
    const query = `${path}?blocking=true&result=true`;
    const answer = await client.call('POST', query, argumentsText);
    runs.push(answer);
    say(`  POST ${path}  ${argumentsText}`);
    say(
      `    -> ${String(answer.status)} ${answer.text}  (${answer.ms.toFixed(1)} ms, ${temperature})`,
    );
  }
  if (!runs.every(({ status, text }) => status === 200 && text === resultText)) {
    say(`\nThis is not what ${name} should answer: ${resultText}.`);
    return false;
  }
  const [first, second] = runs;
  say(
    `  ${name}: created and invoked in ${(created.ms + (first?.ms ?? 0)).toFixed(1)} ms; warm ${(second?.ms ?? 0).toFixed(1)} ms, HTTP included.\n`,
  );
  return true;
}
