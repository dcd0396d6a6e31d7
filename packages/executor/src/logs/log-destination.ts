import type { LogLine } from './log-line.js';

/** Whose lines they are. */
export interface LogOwner {
  readonly containerId: string;
  readonly activationId: string;
}

/** Where activations' logs go. One form for an invoker that reads our streams, one for a service. */
export interface LogDestination {
  /** A complete line of guest output, or of ours about the guest. */
  line(owner: LogOwner, line: LogLine): void;
  /** The activation wrote its last line. Called once, before its answer is sent. */
  end(owner: LogOwner): void;
  /** Something about a container that belongs to no activation, such as a refused second `/init`. */
  refusal(containerId: string, text: string): void;
}
