import type { Activation } from '@wasmwhisk/runtime';

type Environment = Activation['environment'];

/**
 * Environments as they cross the border: names and values by turns, a NUL behind each. One string
 * crosses many times faster than a list. What a name or value holds from a NUL on is left away, as a
 * guest written in C would see it.
 *
 * The runs of a container begin with the same entries, the very same arrays: their text is kept.
 */
export class EnvironmentText {
  #shared: Environment = [];
  #sharedText = '';

  of(environment: Environment): string {
    const shared = this.#shared;
    let same = 0;
    while (same < shared.length && shared[same] === environment[same]) same += 1;
    if (same < shared.length || (same === 0 && environment.length > 0)) {
      // What changes from run to run is at the end; the next run tells how much of this one stays.
      this.#shared = same === 0 ? environment : shared.slice(0, same);
      this.#sharedText = toText(this.#shared, 0);
      same = this.#shared.length;
    }
    return this.#sharedText + toText(environment, same);
  }
}

function toText(environment: Environment, from: number): string {
  let text = '';
  for (let index = from; index < environment.length; index += 1) {
    const [name, value] = environment[index] ?? ['', ''];
    text += `${untilNul(name)}\0${untilNul(value)}\0`;
  }
  return text;
}

function untilNul(text: string): string {
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}
