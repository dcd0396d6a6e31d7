import type { Logger } from 'pino';
import type { LogLine } from './log-line.js';
import type { LogArchive } from './log-archive.js';
import type { LogDestination, LogOwner } from './log-destination.js';

/**
 * Logs of a service: kept for invokers that fetch them, and copied into our own log, where a
 * guest's words stand under `guest` and can never be taken for ours.
 */
export class ServiceDestination implements LogDestination {
  readonly #archive: LogArchive;
  readonly #logger: Logger;
  readonly #guestLogger: Logger;
  readonly #guestOutput: boolean;

  constructor(archive: LogArchive, logger: Logger, guestOutput: boolean) {
    this.#archive = archive;
    this.#logger = logger;
    // Nothing of ours is in these lines, and looking for our secrets in them costs six times the line.
    this.#guestLogger = logger.child({}, { redact: [] });
    this.#guestOutput = guestOutput;
  }

  line(owner: LogOwner, line: LogLine): void {
    this.#archive.open(owner);
    this.#archive.add(owner, line);
    if (this.#guestOutput)
      this.#guestLogger.info(
        {
          container: owner.containerId,
          activation: owner.activationId,
          guest: { stream: line.stream, line: line.log },
        },
        'guest output',
      );
  }

  end(owner: LogOwner): void {
    this.#archive.open(owner);
  }

  refusal(containerId: string, text: string): void {
    this.#logger.warn({ container: containerId }, text);
  }
}
