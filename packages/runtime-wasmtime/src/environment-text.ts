import type { Activation } from '@wasmwhisk/runtime';

/**
 * An environment as it crosses the border: names and values by turns, a NUL behind each. One string
 * crosses many times faster than a list. What a name or value holds from a NUL on is left away, as a
 * guest written in C would see it.
 */
export function toEnvironmentText(environment: Activation['environment']): string {
  let text = '';
  for (const [name, value] of environment) text += `${untilNul(name)}\0${untilNul(value)}\0`;
  return text;
}

function untilNul(text: string): string {
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}
