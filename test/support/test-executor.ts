import { Writable } from 'node:stream';
import { Executor, FramedDestination, startServer } from '@wasmwhisk/executor';
import { pino } from 'pino';
import { createConfig, type ConfigOverrides } from './config.js';
import { containerClient, type ContainerClient } from './container-client.js';
import { LineCollector } from './line-collector.js';
import { call, type RawAnswer, type RawRequest } from './raw-http.js';

export interface TestExecutorOptions {
  readonly config?: ConfigOverrides;
  /** The environment of the process, as far as the executor sees it. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** An executor that listens on a free port in this process. */
export interface TestExecutor extends AsyncDisposable {
  readonly executor: Executor;
  readonly port: number;
  call(request: RawRequest): Promise<RawAnswer>;
  get(path: string): Promise<RawAnswer>;
  /** Clean shutdown, as SIGTERM causes it. */
  shutDown(): Promise<void>;
}

export interface SingleExecutor extends TestExecutor {
  readonly stdout: LineCollector;
  readonly stderr: LineCollector;
  readonly container: ContainerClient;
}

export interface ServiceExecutor extends TestExecutor {
  /** Our own log, one JSON object a line. */
  readonly log: LineCollector;
  /** A client for a container id, by default one that nobody used before. */
  container(id?: string): ContainerClient;
}

/** One container whose streams are the log, as `serve --single` has it. */
export async function startSingle(options: TestExecutorOptions = {}): Promise<SingleExecutor> {
  const stdout = new LineCollector();
  const stderr = new LineCollector();
  const environment = options.environment ?? {};
  const config = createConfig('single', environment, options.config ?? {});
  const executor = new Executor({
    config,
    mode: 'single',
    logger: pino({ level: 'silent' }),
    environment,
    destination: new FramedDestination(stdout.write, stderr.write),
  });
  const started = await listen(executor);
  return { ...started, stdout, stderr, container: containerClient(started.port) };
}

let nextContainer = 1;

/** Many containers, as `serve` has them. */
export async function startService(options: TestExecutorOptions = {}): Promise<ServiceExecutor> {
  const log = new LineCollector();
  const sink = new Writable({
    decodeStrings: false,
    write(text: string, _encoding, done) {
      log.write(text);
      done();
    },
  });
  const environment = options.environment ?? {};
  const config = createConfig('service', environment, options.config ?? {});
  const executor = new Executor({
    config,
    mode: 'service',
    logger: pino({ level: config.log.level }, sink),
    environment,
  });
  const started = await listen(executor);
  return {
    ...started,
    log,
    container: (id = `container-${String(nextContainer++)}`) =>
      containerClient(started.port, `/${id}`),
  };
}

async function listen(executor: Executor): Promise<TestExecutor> {
  const server = await startServer(executor);
  const { port } = server;
  return {
    executor,
    port,
    call: (request) => call(port, request),
    get: (path) => call(port, { method: 'GET', path }),
    shutDown: () => server.shutDown(),
    [Symbol.asyncDispose]: () => server.shutDown(),
  };
}
