import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { OwnedProcess } from '../processes/owned-process.ts';

/** What a load driver saw in one round. */
export interface LoadResult {
  readonly requestsPerSecond: number;
  /** In milliseconds. */
  readonly p50: number;
  /** In milliseconds. */
  readonly p99: number;
  /** Connections that failed, and answers other than 2xx and 3xx. */
  readonly failures: number;
}

export interface Load {
  readonly url: string;
  /** Sent by POST, as JSON. `undefined`: a GET without a body. */
  readonly body: string | undefined;
  /** Such as `Basic ...`. Default: none is sent. */
  readonly authorization?: string | undefined;
  readonly connections: number;
  readonly seconds: number;
}

/** A program that sends the same request again and again over some connections. */
export interface LoadDriver {
  readonly name: string;
  drive(load: Load): Promise<LoadResult>;
}

/** `wrk` where it is installed, because it takes the least from the servers; else autocannon, of npm. */
export function findLoadDriver(): LoadDriver {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const wrk = folders.map((folder) => join(folder, 'wrk')).find((file) => existsSync(file));
  return wrk === undefined ? autocannon : createWrk(wrk);
}

function createWrk(file: string): LoadDriver {
  const script = new URL('./post.lua', import.meta.url).pathname;
  return {
    name: 'wrk',
    async drive({ url, body, authorization, connections, seconds }) {
      const args = ['-t1', `-c${String(connections)}`, `-d${String(seconds)}s`, '-s', script];
      if (authorization !== undefined) args.push('-H', `Authorization: ${authorization}`);
      const sent = body === undefined ? [] : ['--', body];
      await using child = new OwnedProcess(file, [...args, url, ...sent], { keepsOutput: true });
      const told = (await child.output()).split('\n').find((line) => line.startsWith('RESULT '));
      if (told === undefined) throw new Error('wrk did not tell its result.');
      return JSON.parse(told.slice('RESULT '.length)) as LoadResult;
    },
  };
}

const autocannonFile = join(import.meta.dirname, '../../node_modules/autocannon/autocannon.js');

/** The part of autocannon's report that is read. */
interface AutocannonReport {
  readonly requests: { readonly average: number };
  readonly latency: { readonly p50: number; readonly p99: number };
  readonly errors: number;
  readonly non2xx: number;
}

const autocannon: LoadDriver = {
  name: 'autocannon',
  async drive({ url, body, authorization, connections, seconds }) {
    const post = ['-m', 'POST', '-H', 'content-type=application/json'];
    const args = ['--json', ...(body === undefined ? [] : [...post, '-b', body])];
    if (authorization !== undefined) args.push('-H', `authorization=${authorization}`);
    await using child = new OwnedProcess(
      process.execPath,
      [autocannonFile, ...args, '-c', String(connections), '-d', String(seconds), url],
      { keepsOutput: true },
    );
    const { requests, latency, errors, non2xx } = JSON.parse(
      await child.output(),
    ) as AutocannonReport;
    const { p50, p99 } = latency;
    return { requestsPerSecond: requests.average, p50, p99, failures: errors + non2xx };
  },
};
