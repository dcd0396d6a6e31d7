import { Writable } from 'node:stream';
import { loadStandaloneConfig, Standalone, startStandaloneServer } from '@wasmwhisk/standalone';
import { pino } from 'pino';
import { LineCollector } from './line-collector.js';
import { createApiClient, type ApiClient } from './standalone-client.js';

/** A standalone OpenWhisk that listens on a free port of this process. */
export interface TestStandalone extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly standalone: Standalone;
  /** Our own log, one JSON object a line. */
  readonly log: LineCollector;
  /** As `guest`. */
  readonly guest: ApiClient;
  /** As somebody else, by auth key. */
  as(authKey: string): ApiClient;
  /** Clean shutdown, as SIGTERM causes it. */
  shutDown(): Promise<void>;
}

/** Settings by path, as `--set` takes them. */
export type Settings = Readonly<Record<string, string | number | boolean>>;

/** What tests need otherwise than the defaults. */
const forTests: Settings = { 'server.port': 0, 'server.host': '127.0.0.1', 'runtime.threads': 2 };

/** Starts one with everything in memory, unless the settings say otherwise. */
export async function startTestStandalone(settings: Settings = {}): Promise<TestStandalone> {
  const log = new LineCollector();
  const sink = new Writable({
    decodeStrings: false,
    write(text: string, _encoding, done) {
      log.write(text);
      done();
    },
  });
  const flags = Object.entries({ ...forTests, ...settings }).map(([path, value]) => ({
    path,
    text: String(value),
    flag: `--set ${path}`,
  }));
  const { config } = loadStandaloneConfig({ environment: {}, flags });
  const logger = pino({ level: config.log.level }, sink);
  const standalone = new Standalone({ config, logger, environment: {} });
  const server = await startStandaloneServer(standalone);
  const clients: ApiClient[] = [];
  const as = (authKey?: string): ApiClient => {
    const client = createApiClient(server.url, authKey);
    clients.push(client);
    return client;
  };
  const shutDown = async (): Promise<void> => {
    await server.shutDown();
    for (const client of clients) client[Symbol.dispose]();
  };
  return {
    url: server.url,
    port: server.port,
    standalone,
    log,
    guest: as(),
    as,
    shutDown,
    [Symbol.asyncDispose]: shutDown,
  };
}
