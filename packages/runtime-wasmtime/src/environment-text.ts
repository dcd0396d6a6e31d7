import type { Activation } from '@wasmwhisk/runtime';

type Environment = Activation['environment'];

/**
 * An environment as it crosses the border: names and values by turns, a NUL behind each. One string
 * crosses many times faster than a list. What a name or value holds from a NUL on is left away, as a
 * guest written in C would see it.
 */
export function toEnvironmentText(environment: Environment, from = 0): string {
  let text = '';
  for (let index = from; index < environment.length; index += 1) {
    const [name, value] = environment[index] ?? ['', ''];
    text += `${untilNul(name)}\0${untilNul(value)}\0`;
  }
  return text;
}

/**
 * The runs of a container begin with the same entries, the very same arrays: these cross once, and a
 * run brings only what it adds.
 */
export class SharedEnvironment {
  readonly #share: (text: string) => void;
  /** What was shared; before the second run the first one's environment, of which nothing was yet. */
  #entries: Environment | undefined;
  #shared = false;

  /** `share` is given the text that all further runs begin with. */
  constructor(share: (text: string) => void) {
    this.#share = share;
  }

  /** The text of what a run adds. */
  addition(environment: Environment): string {
    const known = (this.#entries ??= environment);
    if (known === environment) return toEnvironmentText(environment);
    let same = 0;
    while (same < known.length && known[same] === environment[same]) same += 1;
    if (!this.#shared || same < known.length) {
      this.#entries = known.slice(0, same);
      this.#share(toEnvironmentText(this.#entries));
      this.#shared = true;
    }
    return toEnvironmentText(environment, same);
  }
}

function untilNul(text: string): string {
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}
