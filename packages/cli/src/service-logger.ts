import { pino, type Logger } from 'pino';
import type { ExecutorConfig } from '@wasmwhisk/executor';
import { systemCode } from './cli-error.js';
import { LineWriter } from './line-writer.js';

/** The service's own log, and how to bring it to its end. */
export interface ServiceLogger {
  readonly logger: Logger;
  /** Writes what is still in memory, in its order, and ends. */
  readonly close: () => Promise<void>;
}

/** Members that hold credentials; the executor logs none of them, and should one ever slip in, it is not written. */
const secretMembers = ['authorization', 'api_key', '__OW_API_KEY'];

/** Where they could stand. Named one by one: a wildcard is looked for in every member, at 12 us a line. */
const secretParents = ['', 'err.', 'config.'];

const secretPaths = secretParents.flatMap((parent) => secretMembers.map((name) => parent + name));

/** Makes JSON lines of what the executor says, written in the background so that no request waits for a disk. */
export function createServiceLogger(
  level: ExecutorConfig['log']['level'],
  fileDescriptor: 1 | 2,
  onBroken: (reason: string) => void,
): ServiceLogger {
  if (level === 'silent')
    return { logger: pino({ enabled: false }), close: () => Promise.resolve() };
  const writer = new LineWriter(fileDescriptor, (error) => {
    // Runs go on without a log: they are not its reader's fault.
    logger.level = 'silent';
    onBroken(systemCode(error) ?? error.message);
  });
  const logger = pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: createIsoTime(),
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secretPaths, censor: '(hidden)' },
    },
    writer,
  );
  return { logger, close: () => writer.close() };
}

/** ISO 8601 in milliseconds, written once for all lines of a millisecond: it costs as much as the rest of a line. */
function createIsoTime(): () => string {
  let writtenMs = 0;
  let text = '';
  return () => {
    const nowMs = Date.now();
    if (nowMs !== writtenMs) {
      writtenMs = nowMs;
      text = `,"time":"${new Date(nowMs).toISOString()}"`;
    }
    return text;
  };
}
