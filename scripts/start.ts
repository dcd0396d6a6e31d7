// What `npm start` runs: an executor on this machine, and one action through it.
//
//   npm start                    listens on 127.0.0.1:9000 until Ctrl-C
//   npm start -- --once          ends after the demonstration
//   npm start -- --port 9100     listens elsewhere; 0 takes any free port
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { Executor, loadConfig, startServer, type ExecutorServer } from '@wasmwhisk/executor';
import { pino } from 'pino';

const usage = `Usage: npm start -- [--port NUMBER] [--once]

  --port NUMBER  listen on this port of 127.0.0.1 (default: 9000; 0: any free one)
  --once         end after the demonstration
  --help         print this

Exit codes: 0 done; 1 the demonstration failed; 2 wrong usage; 69 the port is taken.
`;

const exitCodes = { done: 0, failed: 1, usage: 2, unavailable: 69 } as const;

const root = join(import.meta.dirname, '..');
const actionFile = join(root, 'examples/actions/add/build/add.wasm');
const container = 'demo';
const argumentsText = '{"param1":2,"param2":2}';

function say(text = ''): void {
  process.stdout.write(`${text}\n`);
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly ms: number;
}

/** Sends a request as an invoker does, and shows it with its answer. */
async function call(url: string, body: string, shownBody: string): Promise<Answer> {
  const startedAt = performance.now();
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  const answer = { status: response.status, text: await response.text() };
  const ms = performance.now() - startedAt;
  say(`  POST ${new URL(url).pathname}  ${shownBody}`);
  say(`    -> ${String(answer.status)} ${answer.text}  (${ms.toFixed(1)} ms)`);
  return { ...answer, ms };
}

/** Initialises the example and runs it twice: cold and warm. Returns whether it answered what it should. */
async function demonstrate(url: string): Promise<boolean> {
  const bytes = readFileSync(actionFile);
  say(`The example action ${relative(root, actionFile)} (${String(bytes.length)} bytes):`);
  say();
  const base = `${url}/${container}`;
  const init = await call(
    `${base}/init`,
    JSON.stringify({
      value: { name: 'add', main: 'main', binary: true, code: bytes.toString('base64') },
    }),
    '{"value":{"name":"add","binary":true,"code":"AGFzbQ..."}}',
  );
  const runBody = `{"value":${argumentsText}}`;
  const cold = await call(`${base}/run`, runBody, runBody);
  const warm = await call(`${base}/run`, runBody, runBody);
  say();
  const good = init.status === 200 && [cold, warm].every(({ text }) => text === '{"result":4}');
  if (good)
    say(
      `2 + 2 = 4. Ready in ${init.ms.toFixed(1)} ms; first run ${cold.ms.toFixed(1)} ms, the next ${warm.ms.toFixed(1)} ms, HTTP included.`,
    );
  else say('This is not what the action should answer: {"result":4}.');
  return good;
}

function showWhatToTry(url: string): void {
  say(`
Try it from another terminal:

  curl -s -d '{"value":{"param1":40,"param2":2}}' ${url}/${container}/run
  curl -s ${url}/metrics | grep wasmwhisk_activations
  node_modules/.bin/wasmwhisk invoke examples/actions/hello/build/hello.wasm

Listening on ${url} until Ctrl-C. The README goes on from here.`);
}

interface StartOptions {
  readonly port: string;
  readonly once: boolean;
  readonly help: boolean;
}

function parseOptions(args: readonly string[]): StartOptions | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: '9000' },
        once: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (/^\d{1,5}$/.test(values.port) && Number(values.port) <= 65_535) return values;
    process.stderr.write(`--port takes a number from 0 to 65535, but is "${values.port}".\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  }
  process.stderr.write(`\n${usage}`);
  return undefined;
}

/** Listens; `undefined` when the port is taken, which has been said then. */
async function listen(executor: Executor): Promise<ExecutorServer | undefined> {
  try {
    return await startServer(executor);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    const port = String(executor.config.server.port);
    process.stderr.write(
      `Port ${port} of 127.0.0.1 is taken by another process. Choose another one:\n\n` +
        `  npm start -- --port ${String(Number(port) + 100)}\n\n`,
    );
    return undefined;
  }
}

/** Settles at the first signal; a second one, not the same passed on twice, ends the process at once. */
function nextSignal(): Promise<void> {
  return new Promise((resolve) => {
    let firstAt: number | undefined;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => {
        firstAt ??= performance.now();
        if (performance.now() - firstAt > 300) process.exit(130);
        resolve();
      });
  });
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if (options === undefined) return exitCodes.usage;
  if (options.help) {
    say(usage.trimEnd());
    return exitCodes.done;
  }
  const { config } = loadConfig({
    mode: 'service',
    // Variables of this shell are for `wasmwhisk serve`; the demonstration is always the same.
    environment: {},
    flags: [
      { path: 'server.port', text: options.port, flag: '--port' },
      { path: 'log.level', text: 'silent', flag: 'log.level' },
    ],
  });
  const signal = nextSignal();
  await using executor = new Executor({
    config,
    mode: 'service',
    logger: pino({ enabled: false }),
  });
  const server = await listen(executor);
  if (server === undefined) return exitCodes.unavailable;
  try {
    say(`wasmwhisk executor on ${server.url}`);
    say();
    const good = await demonstrate(server.url);
    if (!good) return exitCodes.failed;
    if (options.once) return exitCodes.done;
    showWhatToTry(server.url);
    await signal;
    say('\nStopping.');
    return exitCodes.done;
  } finally {
    await server.shutDown();
  }
}

process.exitCode = await main();
