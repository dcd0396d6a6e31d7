import { median } from '../measuring/summary.ts';
import { readCpuMs } from '../processes/proc-status.ts';
import type { LoadDriver, LoadResult } from './load-driver.ts';

/** A server under load. */
export interface Target {
  readonly name: string;
  readonly url: string;
  /** JSON for a POST; `undefined` for a GET. */
  readonly body: string | undefined;
  /** Default: none is sent. */
  readonly authorization?: string;
  readonly pid: number;
}

/** What was seen in one round, and what it cost the server. */
export interface Round extends LoadResult {
  /** CPU time of the server for one request, all its threads together, in microseconds. */
  readonly cpuUs: number;
}

export interface RoundsPlan {
  readonly connections: number;
  readonly rounds: number;
  readonly seconds: number;
}

/** Loads one target for some seconds. Throws when a request fails. */
export async function driveRound(
  driver: LoadDriver,
  { url, body, authorization, pid }: Target,
  { connections, seconds }: Omit<RoundsPlan, 'rounds'>,
): Promise<Round> {
  const cpuBeforeMs = readCpuMs(pid);
  const result = await driver.drive({ url, body, authorization, connections, seconds });
  if (result.failures > 0) throw new Error(`${String(result.failures)} requests to ${url} failed`);
  const requests = result.requestsPerSecond * seconds;
  return { ...result, cpuUs: ((readCpuMs(pid) - cpuBeforeMs) * 1000) / requests };
}

/** Loads the targets in turn, round by round, so that what else happens on the machine meets all alike. */
export async function driveInTurn(
  driver: LoadDriver,
  targets: readonly Target[],
  { rounds, ...load }: RoundsPlan,
): Promise<ReadonlyMap<Target, readonly Round[]>> {
  const seen = new Map<Target, Round[]>(targets.map((target) => [target, []]));
  for (let round = 0; round < rounds; round += 1)
    for (const [target, results] of seen) results.push(await driveRound(driver, target, load));
  return seen;
}

/** The median of one number of the rounds. */
export function pickMedian(rounds: readonly Round[], name: keyof Round): number {
  return median(rounds.map((round) => round[name]));
}
