import {
  toRunEndError,
  WasmRuntimeError,
  type Activation,
  type RunOutcome,
  type RuntimeContainer,
} from '@wasmwhisk/runtime';
import { SharedEnvironment } from './environment-text.js';
import type { EventPump } from './event-pump.js';
import type { NativeContainer } from './native.js';

/** An initialized container: linked code on the native side. */
export class WasmtimeContainer implements RuntimeContainer {
  readonly #native: NativeContainer;
  readonly #pump: EventPump;
  readonly #environment: SharedEnvironment;
  #destroyed = false;

  constructor(native: NativeContainer, pump: EventPump) {
    this.#native = native;
    this.#pump = pump;
    this.#environment = new SharedEnvironment((text) => {
      native.shareEnvironment(text);
    });
  }

  run(activation: Activation, signal: AbortSignal): Promise<RunOutcome> {
    if (this.#destroyed)
      return Promise.reject(
        new WasmRuntimeError('WW_ERR_RUN_ABORTED', 'The container was destroyed before this run.'),
      );
    const timeLeftMs = activation.deadlineEpochMs - Date.now();
    if (timeLeftMs <= 0) return Promise.reject(toRunEndError({ type: 'timeout' }));
    const { input, environment, trustUnit, logBytesMax } = activation;
    return this.#pump.run(
      (id) => {
        this.#pump.engine.start(
          this.#native,
          id,
          input,
          this.#environment.addition(environment),
          timeLeftMs,
          this.#pump.units.numberOf(trustUnit),
          logBytesMax,
        );
      },
      activation.logs,
      signal,
    );
  }

  destroy(): Promise<void> {
    // Runs in progress hold the linked code themselves.
    this.#destroyed = true;
    return Promise.resolve();
  }
}
