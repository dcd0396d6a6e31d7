/** Most characters of a caller's text that a refusal repeats. */
const shownLengthMax = 100;

/** The beginning of a text that may be long, for a refusal. */
export function shorten(text: string): string {
  return text.length > shownLengthMax ? `${text.slice(0, shownLengthMax)}…` : text;
}

/** The same in quotes, with escapes. */
export function quote(text: string): string {
  return JSON.stringify(shorten(text));
}
