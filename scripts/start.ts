// What `npm start` runs: OpenWhisk on this machine, and two actions through its REST API.
//
//   npm start                    listens on 127.0.0.1:3233 until Ctrl-C; nothing is kept
//   npm start -- --once          ends after the demonstration
//   npm start -- --port 3300     listens elsewhere; 0 takes any free port
import { parseArgs } from 'node:util';
import type { ListeningServer } from '@wasmwhisk/executor';
import { loadStandaloneConfig, Standalone, startStandaloneServer } from '@wasmwhisk/standalone';
import { pino } from 'pino';
import { DemoClient, demonstrate } from './start/demonstration.ts';

const usage = `Usage: npm start -- [--port NUMBER] [--once]

  --port NUMBER  listen on this port of 127.0.0.1 (default: 3233; 0: any free one)
  --once         end after the demonstration
  --help         print this

Exit codes: 0 done; 1 the demonstration failed; 2 wrong usage; 69 the port is taken.

Nothing is kept when it ends: 'wasmwhisk standalone' keeps what you create.
`;

const exitCodes = { done: 0, failed: 1, usage: 2, unavailable: 69 } as const;

function say(text = ''): void {
  process.stdout.write(`${text}\n`);
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
        port: { type: 'string', default: '3233' },
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

/** In memory, so that the examples overwrite nothing and every start shows the same. */
function open(port: string): Standalone {
  const { config } = loadStandaloneConfig({
    // Variables of this shell are for `wasmwhisk`; the demonstration is always the same.
    environment: {},
    flags: [
      { path: 'server.port', text: port, flag: '--port' },
      { path: 'log.level', text: 'silent', flag: 'log.level' },
    ],
  });
  return new Standalone({ config, logger: pino({ enabled: false }) });
}

/** Listens; `undefined` when the port is taken, which has been said then. */
async function listen(standalone: Standalone): Promise<ListeningServer | undefined> {
  try {
    return await startStandaloneServer(standalone);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    const { port } = standalone.services.config.server;
    process.stderr.write(
      `Port ${String(port)} of 127.0.0.1 is taken by another process. Choose another one:\n\n` +
        `  npm start -- --port ${String(port + 100)}\n\n`,
    );
    return undefined;
  }
}

function showWhatToTry(url: string, key: string): void {
  const add = `${url}/api/v1/namespaces/_/actions/add?blocking=true&result=true`;
  say(`Open ${url} in a browser, or try it from another terminal:

  wsk property set --apihost ${url} --auth ${key}
  wsk action invoke hello --result -p name Ada

  curl -s -u ${key} -H 'content-type: application/json' -d '{"param1":40,"param2":2}' '${add}'
  node_modules/.bin/wasmwhisk deploy examples/actions/clock/clock.wasm --apihost ${url}

Nothing is kept when this ends. 'node_modules/.bin/wasmwhisk standalone' keeps what you create.
Listening on ${url} until Ctrl-C. The README goes on from here.`);
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
  const signal = nextSignal();
  await using standalone = open(options.port);
  await using server = await listen(standalone);
  if (server === undefined) return exitCodes.unavailable;
  const { url } = server;
  const key = standalone.services.users.find('guest')?.authKey ?? '';
  // Nobody types as fast as the demonstration would begin: it shows what somebody would see.
  await standalone.services.executor.prime();
  say(
    `OpenWhisk for WebAssembly on ${url}, ready ${process.uptime().toFixed(1)} s after its start\n`,
  );
  if (!(await demonstrate(new DemoClient(url, key), say))) return exitCodes.failed;
  if (options.once) return exitCodes.done;
  showWhatToTry(url, key);
  await signal;
  say('\nStopping.');
  return exitCodes.done;
}

process.exitCode = await main();
