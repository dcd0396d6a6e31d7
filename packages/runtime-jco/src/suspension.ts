/** What the glue's own `WebAssembly.Suspending` calls. */
type HostFunction = (...args: never[]) => unknown;

/**
 * Stands between the glue and JSPI in one run: tells how the core function behind the export ended,
 * and ends a guest that is suspended.
 *
 * Both are needed because the glue of jco 0.15 never settles a suspended import that failed. A guest
 * that is left suspended is lost for good, and is never freed: V8 takes every suspended stack for
 * alive.
 */
export class Suspension {
  /** `WebAssembly` for the glue. */
  readonly globals: typeof WebAssembly;
  /** Rejects with what the core function threw or was ended with; never resolves. */
  readonly failed: Promise<never>;
  #returned = false;
  #ended: { readonly reason: unknown } | undefined;
  readonly #waiting = new Set<(reason: unknown) => void>();
  readonly #fail: (reason: unknown) => void;

  constructor() {
    const failure = Promise.withResolvers<never>();
    this.failed = failure.promise;
    this.#fail = failure.reject;
    // The guest may fail after its answer was refused, when nobody waits any more.
    this.failed.catch(() => undefined);
    this.globals = Object.create(WebAssembly, {
      promising: { value: this.#promising },
      Suspending: { value: suspendingOf(this.#suspending) },
    }) as typeof WebAssembly;
  }

  /** Whether the core function has returned: what fails after that is its answer. */
  get returned(): boolean {
    return this.#returned;
  }

  /**
   * Ends the guest at its present or next wait: the wait throws `reason`. The run must not be
   * called over before `failed` has settled, since a guest can catch that and go on.
   */
  end(reason: unknown): void {
    this.#ended ??= { reason };
    for (const reject of this.#waiting) reject(reason);
    this.#waiting.clear();
  }

  // The glue makes one of each export that may suspend, and of the guest's allocator, which it never
  // calls that way for interfaces like ours.
  readonly #promising: typeof WebAssembly.promising = (exported) => {
    const call = WebAssembly.promising(exported);
    return async (...args) => {
      try {
        const value = await call(...args);
        this.#returned = true;
        return value;
      } catch (error) {
        this.#fail(error);
        throw error;
      }
    };
  };

  readonly #suspending = (host: HostFunction): HostFunction => {
    return (...args) => {
      const result = host(...args);
      return result instanceof Promise ? this.#untilEnded(result) : result;
    };
  };

  /** Not `Promise.race`: that keeps a reaction on the longer-lived promise for every call. */
  #untilEnded(result: Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) {
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the signal's reason
        reject(this.#ended.reason);
        return;
      }
      this.#waiting.add(reject);
      result.then(resolve, reject).finally(() => this.#waiting.delete(reject));
    });
  }
}

/** `WebAssembly.Suspending` of wrapped functions: what a constructor returns is what `new` gives. */
function suspendingOf(wrap: (host: HostFunction) => HostFunction): typeof WebAssembly.Suspending {
  return function (host: HostFunction) {
    return new WebAssembly.Suspending(wrap(host));
  } as unknown as typeof WebAssembly.Suspending;
}
