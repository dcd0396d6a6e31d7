import { launcher, start, until, type Launched, type LaunchOptions } from './launcher.js';

/** A standalone OpenWhisk that listens, and what it said then. */
export interface StandaloneProcess extends Launched {
  readonly url: string;
  readonly pid: number;
  readonly data: string | null;
}

export const guestKey =
  '23bc46b1-71f6-4ed5-8c54-816aa4f8c502:123zO3xZCLrMN6v2BKK1dXYFpXlPkccOFqm12CdAsMgRU4VrNZ9lyGVCGuMDGIwP';

/** Starts `wasmwhisk standalone` on a free port; it ends with the test. */
export async function startStandalone(
  args: readonly string[],
  options?: LaunchOptions,
): Promise<StandaloneProcess> {
  const launched = start(launcher, ['standalone', '--port', '0', '--json', ...args], options);
  const ended = launched.ended.then(({ stderr }) => {
    throw new Error(`it ended early: ${stderr}`);
  });
  await Promise.race([ended, until(() => launched.stdout().includes('"event":"listening"'))]);
  ended.catch(() => undefined);
  const line = launched
    .stdout()
    .split('\n')
    .find((text) => text.includes('"event":"listening"'));
  const said = JSON.parse(line ?? '') as Pick<StandaloneProcess, 'url' | 'pid' | 'data'>;
  return { ...launched, ...said };
}

/** Sends a request of the REST API, below `/api/v1/namespaces/_/`. */
export async function callApi(
  { url }: Pick<StandaloneProcess, 'url'>,
  method: string,
  path: string,
  body?: unknown,
  authKey: string = guestKey,
): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(`${url}/api/v1/namespaces/_/${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(authKey).toString('base64')}`,
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
}
