import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTranscript, type RecordedRequest } from './recorded/transcript.js';
import type { Exchange } from './recorded/wsk-command.js';
import { readOutput, type WskOutput } from './recorded/wsk-output.js';
import { requestsOf } from './recorded/wsk-requests.js';
import { zip } from './support/archives.js';
import { startTestStandalone, type TestStandalone } from './support/standalone.js';

/* Every `wsk` line of the tutorial, sent as the real one sends it and read as it reads. */

const root = join(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const tutorial = readme.slice(
  readme.indexOf('\n### Create'),
  readme.indexOf('\n## An action by hand'),
);

interface Typed {
  /** What somebody types. */
  readonly line: string;
  /** What the tutorial says comes out, where it says so to the letter. */
  readonly result: unknown;
}

/** Everything that is typed, in order. Each step ends with the output that it has. */
const typed = tutorial.split('\n### ').flatMap((step): readonly Typed[] => {
  const blocks = [...step.matchAll(/^```text\n([^`]*)```$/gm)];
  const lines = blocks
    .flatMap(([, block = '']) => block.split('\n'))
    .filter((line) => /^(wsk|wasmwhisk) /.test(line));
  const output = /^```text output\n(\{[^`.]*\})\n```$/m.exec(step)?.[1];
  const last = lines.findLast((line) => line.includes(' --result '));
  return lines.map((line) => ({
    line,
    result: line === last && output !== undefined ? (JSON.parse(output) as unknown) : undefined,
  }));
});

const recordedFiles = new Map([
  ['add.zip', '<add.zip>'],
  ['add.wasm', '<add.wasm read as text>'],
  ['hi.wasm', '<hi.wasm read as text>'],
  ['hello.js', 'function main(p){return {a:p.a};}\n'],
]);

/** Steps through the requests of a command. */
function collect(
  command: string,
  replies: readonly string[],
): readonly RecordedRequest[] | undefined {
  const requests = requestsOf(command, recordedFiles);
  if (requests === undefined) return undefined;
  const sent: RecordedRequest[] = [];
  for (let step = requests.next(); !step.done;) {
    const { method, path } = step.value;
    sent.push(step.value);
    const text = replies[sent.length - 1] ?? '{}';
    step = requests.next({ method, path, status: 200, text });
  }
  return sent;
}

describe('the wsk of this test', () => {
  const recorded = readTranscript('wsk').filter(({ requests }) => requests.length > 0);
  const described = recorded.flatMap(({ command, requests }) => {
    const listed = '[{"activationId":"<activation id>"}]';
    const found = '{"annotations":[]}';
    const sent = collect(command, [command.includes('--last') ? listed : found]);
    return sent === undefined || command.includes('param-file')
      ? []
      : [{ command, requests, sent }];
  });

  it('knows every form of command that the tutorial has', () => {
    expect(described.length).toBeGreaterThan(35);
    for (const { line } of typed.filter((one) => /^wsk .*(?<! poll)$/.test(one.line)))
      expect(requestsOf(line, new Map()), line).toBeDefined();
  });

  it.each(described)('sends what the real one sent: $command', ({ sent, requests }) => {
    expect(sent).toEqual(requests);
  });
});

describe('the tutorial', () => {
  let standalone: TestStandalone;
  const files = new Map<string, string>();
  beforeAll(async () => {
    standalone = await startTestStandalone();
  });
  afterAll(async () => {
    await standalone.shutDown();
  });

  const readModule = (path: string): Buffer => readFileSync(join(root, path));

  /** Does what a line says; `undefined` for a command of our own, which prints nothing of interest here. */
  async function type(line: string): Promise<WskOutput | undefined> {
    const pack = /^wasmwhisk pack (\S+) -o (\S+)$/.exec(line);
    if (pack) {
      files.set(
        pack[2] ?? '',
        zip({ 'action.wasm': readModule(pack[1] ?? '') }).toString('base64'),
      );
      return undefined;
    }
    const deploy = /^wasmwhisk deploy (\S+?([^/]+)\.wasm)(?: --name (\S+))?$/.exec(line);
    if (deploy) {
      const answer = await standalone.guest.putAction(
        deploy[3] ?? deploy[2] ?? '',
        readModule(deploy[1] ?? ''),
      );
      expect(answer.status).toBe(200);
      return undefined;
    }
    const requests = requestsOf(line, files);
    if (requests === undefined) throw new Error(`not described: ${line}`);
    const exchanges: Exchange[] = [];
    for (let step = requests.next(); !step.done;) {
      const { method, path, body } = step.value;
      const { status, text } = await standalone.guest.call(method, path, body);
      const exchange = { method, path, status, text };
      exchanges.push(exchange);
      step = requests.next(exchange);
    }
    return readOutput(line, exchanges);
  }

  it('is there, step by step', () => {
    const steps = [
      /action create/,
      /action invoke/,
      /action update/,
      /--sequence/,
      /trigger create/,
    ];
    expect(typed.filter(({ result }) => result !== undefined)).toHaveLength(3);
    for (const step of [...steps, /rule create/, /trigger fire/, /--web/, /poll/, /logs/])
      expect(
        typed.some(({ line }) => step.test(line)),
        String(step),
      ).toBe(true);
  });

  it.each(typed.map(({ line, result }, index) => [index + 1, line, result] as const))(
    '%i. %s',
    async (_number, line, result) => {
      if (line === 'wsk activation poll') {
        // It asks again and again for what has begun since: everything, here.
        const polled = await standalone.guest.call(
          'GET',
          'activations?docs=true&limit=0&since=0&skip=0',
        );
        const records = polled.json() as { name: string; logs: unknown }[];
        expect(records.map(({ name }) => name)).toContain('visitor');
        for (const { logs } of records) expect(logs).toEqual(expect.any(Array));
        return;
      }
      if (line === 'wsk activation list hello --limit 1 --full') {
        // The trigger answers before its rule's action has run.
        const ofAction = { greeting: 'Hello, Grace!' };
        const latest = async () =>
          (await standalone.guest.call('GET', 'activations?name=hello&docs=true&limit=1')).json();
        await expect
          .poll(latest, { timeout: 15_000 })
          .toMatchObject([{ response: { result: ofAction } }]);
        const output = await type(line);
        expect(output?.documents[0]).toMatchObject({ response: { result: ofAction } });
        return;
      }
      const output = await type(line);
      if (output === undefined) return;
      const fails = line === 'wsk action invoke hash --blocking';
      expect(output.exit).toBe(fails ? 246 : 0);
      if (result !== undefined) expect(output.documents).toEqual([result]);
      if (line.endsWith('logs --last'))
        expect(output.lines.join('\n')).toMatch(/Expected \w+ to be present/);
    },
  );
});
