import type { Preopen } from './preopens.js';
import type { Stdio } from './stdio.js';

/** All that one run of a guest is given. Each face makes the guest's imports of this. */
export interface WasiHostOptions {
  /** argv, the program's name first. */
  readonly args: readonly string[];
  /** The whole environment; later entries win. What follows a NUL in a name or value is cut off. */
  readonly environment: readonly (readonly [name: string, value: string])[];
  readonly stdio: Stdio;
  readonly preopens: readonly Preopen[];
  /** Most files and directories open at once, preopened ones included. Default 256. */
  readonly descriptorsMax?: number;
  /** Ends a sleep: it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Told just before the guest gives its thread back, and when it goes on. */
  readonly onWaiting?: ((waiting: boolean) => void) | undefined;
}

/** The environment as a guest sees it: each name once, at its first place, with its last value. */
export function resolveEnvironment(
  environment: WasiHostOptions['environment'],
): readonly (readonly [name: string, value: string])[] {
  const values = new Map(environment.map(([name, value]) => [cutAtNul(name), cutAtNul(value)]));
  return [...values];
}

/** The arguments as a guest sees them. */
export function resolveArgs(args: WasiHostOptions['args']): readonly string[] {
  return args.map(cutAtNul);
}

/** Guests take strings that end at a NUL, so nothing after one can reach them. */
function cutAtNul(text: string): string {
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}
