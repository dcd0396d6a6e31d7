import { buildApp } from './http/app.js';
import { isLoopback, listen, type ListeningServer } from './http/listening-server.js';
import type { Executor } from './executor.js';

/** Starts to listen as the executor's configuration says. */
export async function startServer(executor: Executor): Promise<ListeningServer> {
  const { server } = executor.config;
  if (executor.mode === 'service' && !isLoopback(server.host))
    executor.logger.warn(
      { host: server.host },
      'listening beyond loopback: whoever reaches this port can run code and sees every action; put it behind a network policy',
    );
  return listen(buildApp(executor), executor, server);
}
