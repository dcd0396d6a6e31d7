/** Where a guest's stdin comes from. Never blocks on anything but the caller's own choice. */
export interface InputSource {
  /** Gives at most `maxBytes`; an empty array is the end. The bytes are only lent until the next call. */
  read(maxBytes: number): Uint8Array;
}

/** Takes what a guest writes. The bytes are only lent for the call: copy what must be kept. */
export type OutputSink = (bytes: Uint8Array) => void;

/** The three streams of a guest. */
export interface Stdio {
  readonly stdin: InputSource;
  readonly stdout: OutputSink;
  readonly stderr: OutputSink;
}

/** A stdin that is at its end. */
export const emptyInput: InputSource = { read: () => new Uint8Array() };

/** A stdin that gives these bytes and ends. */
export function bytesInput(bytes: Uint8Array): InputSource {
  let offset = 0;
  return {
    read(maxBytes) {
      const piece = bytes.subarray(offset, offset + maxBytes);
      offset += piece.length;
      return piece;
    },
  };
}
