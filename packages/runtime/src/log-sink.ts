/** The two output streams of a guest. */
export type LogStream = 'stdout' | 'stderr';

/**
 * Takes what a guest writes. Bytes are only lent for the call: a sink that keeps them copies them.
 * Chunks follow the guest's writes and may split lines and characters.
 */
export interface LogSink {
  /** Never throws. A sink whose limit is reached drops what follows. */
  write(stream: LogStream, bytes: Uint8Array): void;
}
