// Advisories of crates from OSV, which takes in the RustSec database.
import type { LockedCrate } from './locks.ts';

/** Most packages of one question. */
const batchMax = 1000;
const timeoutMs = 20_000;

interface Vulnerability {
  readonly id: string;
  readonly summary?: string;
  readonly withdrawn?: string;
  readonly affected?: readonly {
    readonly database_specific?: { readonly informational?: unknown };
  }[];
}

export interface CrateAdvisory {
  readonly crate: string;
  readonly id: string;
  readonly summary: string;
  /** Nothing that can be attacked by itself: a crate that nobody maintains, a note. */
  readonly informational: boolean;
}

/** The service does not answer, or not as it should. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

/** @throws NoAnswerError */
export async function findCrateAdvisories(
  crates: readonly LockedCrate[],
  service: string,
): Promise<readonly CrateAdvisory[]> {
  const asked = crates.filter(({ source }) => source !== undefined);
  const found: CrateAdvisory[] = [];
  for (let start = 0; start < asked.length; start += batchMax) {
    const batch = asked.slice(start, start + batchMax);
    const queries = batch.map(({ name, version }) => ({
      package: { name, ecosystem: 'crates.io' },
      version,
    }));
    const { results } = (await ask(`${service}/v1/querybatch`, { queries })) as {
      results?: readonly { readonly vulns?: readonly { readonly id: string }[] }[];
    };
    if (results?.length !== batch.length)
      throw new NoAnswerError(`${service} answered another number of questions.`);
    for (const [index, { name, version }] of batch.entries())
      for (const { id } of results[index]?.vulns ?? [])
        found.push(...(await readAdvisory(service, id, `${name} ${version}`)));
  }
  return found;
}

async function readAdvisory(
  service: string,
  id: string,
  crate: string,
): Promise<readonly CrateAdvisory[]> {
  const vulnerability = (await ask(
    `${service}/v1/vulns/${encodeURIComponent(id)}`,
  )) as Vulnerability;
  if (vulnerability.withdrawn !== undefined) return [];
  const kinds = (vulnerability.affected ?? []).map((part) => part.database_specific?.informational);
  // What is unsound counts as a vulnerability: hostile guests look for just that.
  const informational =
    kinds.length > 0 && kinds.every((kind) => typeof kind === 'string' && kind !== 'unsound');
  return [{ crate, id, summary: vulnerability.summary ?? '', informational }];
}

async function ask(url: string, body?: object): Promise<unknown> {
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined
        ? {}
        : {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(body),
          }),
    });
    if (!response.ok) throw new NoAnswerError(`${url} answers ${String(response.status)}.`);
    return await response.json();
  } catch (error) {
    if (error instanceof NoAnswerError) throw error;
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    throw new NoAnswerError(`${url} does not answer: ${String(cause)}`);
  }
}
