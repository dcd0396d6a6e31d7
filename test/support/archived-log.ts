import type { ContainerClient } from './container-client.js';
import type { ServiceExecutor } from './test-executor.js';

interface ArchivedLine {
  readonly time: string;
  readonly stream: 'stdout' | 'stderr';
  readonly log: string;
}

/** What an activation wrote, by stream. */
export interface ArchivedLog {
  readonly stdout: string;
  readonly stderr: string;
}

/** Reads the log that a service keeps of an activation. */
export async function readArchivedLog(
  service: ServiceExecutor,
  { prefix }: ContainerClient,
  activation: string,
): Promise<ArchivedLog> {
  const { text } = await service.get(`${prefix}/logs/${activation}`);
  const lines = text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as ArchivedLine);
  const of = (stream: string) =>
    lines
      .filter((line) => line.stream === stream)
      .map(({ log }) => `${log}\n`)
      .join('');
  return { stdout: of('stdout'), stderr: of('stderr') };
}
