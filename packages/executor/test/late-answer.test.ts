import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { pino } from 'pino';
import { Executor, loadConfig, startServer } from '@wasmwhisk/executor';

const spin = readFileSync(new URL('../guests/build/spin.wasm', import.meta.url));
const greeting = readFileSync(new URL('../guests/build/greeting.wasm', import.meta.url));

interface Sent {
  readonly status: number;
  readonly text: string;
}

async function startService(settings: Readonly<Record<string, string>>): Promise<{
  readonly executor: Executor;
  post(path: string, body: object, closeAfterMs?: number): Promise<Sent | undefined>;
}> {
  const { config } = loadConfig({
    mode: 'service',
    environment: {},
    flags: Object.entries({ 'server.port': '0', ...settings }).map(([path, text]) => ({
      path,
      text,
      flag: path,
    })),
  });
  const executor = new Executor({
    config,
    mode: 'service',
    logger: pino({ level: 'silent' }),
    environment: {},
  });
  const server = await startServer(executor);
  onTestFinished(() => server.shutDown());
  return {
    executor,
    post: (path, body, closeAfterMs) =>
      new Promise((resolve, reject) => {
        const outgoing = httpRequest(
          { port: server.port, host: '127.0.0.1', path, method: 'POST' },
          (response) => {
            let text = '';
            response.setEncoding('utf8');
            response.on('data', (piece: string) => (text += piece));
            response.on('end', () => {
              resolve({ status: response.statusCode ?? 0, text });
            });
          },
        );
        outgoing.on('error', (error) => {
          if (closeAfterMs === undefined) reject(error);
          else resolve(undefined);
        });
        outgoing.end(JSON.stringify(body));
        if (closeAfterMs !== undefined) setTimeout(() => outgoing.destroy(), closeAfterMs);
      }),
  };
}

const initOf = (code: Uint8Array): object => ({
  value: { binary: true, code: Buffer.from(code).toString('base64'), main: 'main' },
});

it('ends a guest at its deadline, and answers only when its caller has had time to give up', async () => {
  const { post, executor } = await startService({ 'run.lateAnswerMs': '60000' });
  await post('/a/init', initOf(spin));
  await post('/b/init', initOf(greeting));
  // As an invoker: it waits as long as the action's limit, and closes the connection.
  const late = post('/a/run', { value: {}, deadline: String(Date.now() + 400) }, 3000);
  // The guest is gone before its caller is: the thread serves others.
  await expect
    .poll(() => executor.containers.get('a')?.running, { timeout: 2500, interval: 10 })
    .toBe(1);
  await expect
    .poll(() => executor.containers.get('a')?.running, { timeout: 2500, interval: 10 })
    .toBe(0);
  expect(await post('/b/run', { value: {} })).toMatchObject({ status: 200 });
  expect(await late).toBeUndefined();
});

it('answers at last when its caller stays', async () => {
  const { post } = await startService({ 'run.lateAnswerMs': '50' });
  await post('/a/init', initOf(spin));
  expect(await post('/a/run', { value: {}, deadline: String(Date.now() + 300) })).toEqual({
    status: 502,
    text: '{"error":"The action exceeded its time limits."}',
  });
});

it('holds no answer of a run without a deadline', async () => {
  const { post } = await startService({ 'run.lateAnswerMs': '60000', 'limits.timeoutMs': '300' });
  await post('/a/init', initOf(spin));
  expect(await post('/a/run', { value: {} })).toMatchObject({ status: 502 });
});
