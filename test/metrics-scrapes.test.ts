import { Executor, loadConfig, startServer } from '@wasmwhisk/executor';
import { loadStandaloneConfig, Standalone, startStandaloneServer } from '@wasmwhisk/standalone';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

/* `/metrics` has no key: whoever reaches the port may ask for it as fast as he can. */

const logger = pino({ level: 'silent' });
const flags = Object.entries({ 'server.port': '0', 'server.host': '127.0.0.1' }).map(
  ([path, text]) => ({ path, text, flag: `--set ${path}` }),
);

async function expectFewComputations(executor: Executor, url: string): Promise<void> {
  const compute = vi.spyOn(executor.metrics.registry, 'metrics');
  const startMs = performance.now();
  const asked = Array.from({ length: 200 }, async () => (await fetch(`${url}/metrics`)).text());
  for (const text of await Promise.all(asked))
    expect(text).toContain('wasmwhisk_activations_running');
  const seconds = Math.ceil((performance.now() - startMs) / 1000);
  expect(compute.mock.calls.length).toBeLessThanOrEqual(seconds);
}

describe('/metrics', () => {
  it('is computed once for many who ask an executor', async () => {
    const { config } = loadConfig({ mode: 'service', environment: {}, flags });
    const executor = new Executor({ config, mode: 'service', logger });
    const server = await startServer(executor);
    onTestFinished(() => server.shutDown());
    await expectFewComputations(executor, server.url);
  });

  it('is computed once for many who ask a standalone OpenWhisk', async () => {
    const { config } = loadStandaloneConfig({ environment: {}, flags });
    const standalone = new Standalone({ config, logger, environment: {} });
    const server = await startStandaloneServer(standalone);
    onTestFinished(() => server.shutDown());
    await expectFewComputations(standalone.services.executor, server.url);
  });
});
