/*
 * How far a worker may run ahead of the main thread. Messages lie in memory until they are read, and
 * a guest can cause them faster than anybody can read them: by output, and by waiting for next to
 * nothing again and again. So the main thread counts in shared memory what it has read, and a worker
 * that is too far ahead stands still, which is at the cost of its own guests only.
 */

/** Most that is on its way at once, in bytes. Four full regions of output, or 250 changes of state. */
const windowBytes = 256 * 1024;

/** What a message costs beside its bytes. */
const messageBytes = 1024;

/** A main thread that reads nothing for so long is held up by something else: go on, slowly. */
const standstillMs = 1000;

export function createControlWindow(): SharedArrayBuffer {
  return new SharedArrayBuffer(4);
}

/** The worker's side. */
export class ControlWindowWriter {
  readonly #read: Int32Array;
  #sent = 0;

  constructor(window: SharedArrayBuffer) {
    this.#read = new Int32Array(window);
  }

  /** Returns when a message with so many bytes may be sent. */
  admit(bytes: number): void {
    // Both counts wrap around at 32 bits; their difference does not matter less for it.
    this.#sent = (this.#sent + bytes + messageBytes) | 0;
    for (;;) {
      const read = Atomics.load(this.#read, 0);
      if (((this.#sent - read) | 0) <= windowBytes) return;
      if (Atomics.wait(this.#read, 0, read, standstillMs) === 'timed-out') return;
    }
  }
}

/** The main thread's side. */
export class ControlWindowReader {
  readonly #read: Int32Array;

  constructor(window: SharedArrayBuffer) {
    this.#read = new Int32Array(window);
  }

  /** A message with so many bytes was dealt with. */
  release(bytes: number): void {
    Atomics.add(this.#read, 0, bytes + messageBytes);
    Atomics.notify(this.#read, 0);
  }
}
