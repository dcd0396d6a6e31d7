import type { StandaloneConfig } from '../config/schema.js';
import { Rejection } from '../rejections.js';

const minuteMs = 60_000;

/** What a namespace asks for. One object for as long as the process lives: there are few of them. */
export interface NamespaceLoad {
  /** Minutes since 1970 that the counters are of. */
  minute: number;
  invocations: number;
  fires: number;
  /** Invocations in progress. */
  running: number;
}

/**
 * Bounds what each namespace asks for: so many invocations and fires in a minute of the clock, refused
 * ones included, and so many invocations in progress at once.
 */
export class Throttles {
  readonly #limits: StandaloneConfig['throttle'];
  readonly #now: () => number;
  readonly #loads = new Map<string, NamespaceLoad>();

  constructor(limits: StandaloneConfig['throttle'], now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /**
   * Counts an invocation that begins. Call `end` with what is returned when it is over.
   *
   * @throws Rejection `WW_ERR_API_THROTTLED`
   */
  begin(namespace: string): NamespaceLoad {
    const load = this.#load(namespace);
    const { invocationsPerMinute, concurrentInvocations } = this.#limits;
    load.invocations += 1;
    if (load.invocations > invocationsPerMinute)
      throw tooMany('invocations', load.invocations, invocationsPerMinute);
    if (load.running >= concurrentInvocations)
      throw new Rejection(
        'WW_ERR_API_THROTTLED',
        `Too many concurrent requests in flight (count: ${String(load.running)}, allowed: ${String(concurrentInvocations)}). Wait for some of them (throttle.concurrentInvocations).`,
      );
    load.running += 1;
    return load;
  }

  end(load: NamespaceLoad): void {
    load.running -= 1;
  }

  /** Counts a trigger that is fired. @throws Rejection `WW_ERR_API_THROTTLED` */
  countFire(namespace: string): void {
    const load = this.#load(namespace);
    const { firesPerMinute } = this.#limits;
    load.fires += 1;
    if (load.fires > firesPerMinute) throw tooMany('fires', load.fires, firesPerMinute);
  }

  #load(namespace: string): NamespaceLoad {
    const minute = Math.floor(this.#now() / minuteMs);
    let load = this.#loads.get(namespace);
    if (load === undefined) {
      load = { minute, invocations: 0, fires: 0, running: 0 };
      this.#loads.set(namespace, load);
    } else if (load.minute !== minute) {
      load.minute = minute;
      load.invocations = 0;
      load.fires = 0;
    }
    return load;
  }
}

function tooMany(what: 'invocations' | 'fires', count: number, allowed: number): Rejection {
  const name = what === 'fires' ? 'trigger fires' : what;
  return new Rejection(
    'WW_ERR_API_THROTTLED',
    `Too many requests in the last minute (count: ${String(count)}, allowed: ${String(allowed)}). These are ${name} of the namespace. Try again in the next minute (throttle.${what}PerMinute).`,
  );
}
