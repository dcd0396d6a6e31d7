/**
 * Reads valid JSON member by member. V8 13.6 (Node.js 24) cannot be trusted with names that hold
 * escapes: once `{"b":1,"\\":1}` was parsed, by anybody in the process, `JSON.parse` reads the name
 * `\u00e9` of `{"b":1,"\u00e9":1}` as a backslash, because it compares what was written with the name that
 * it expects there. Strings and numbers by themselves it reads rightly.
 *
 * @param text Valid JSON, not nested deeper than the stack allows.
 * @param toNumber Makes a number of its text.
 */
export function readJson(text: string, toNumber: (source: string) => unknown): unknown {
  return new JsonReader(text, toNumber).value();
}

const wordPattern = /[^\s,\]}]+/y;
const blankPattern = /\s*/y;

class JsonReader {
  readonly #text: string;
  readonly #toNumber: (source: string) => unknown;
  #at = 0;

  constructor(text: string, toNumber: (source: string) => unknown) {
    this.#text = text;
    this.#toNumber = toNumber;
  }

  value(): unknown {
    this.#take(blankPattern);
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object();
      case '[':
        return this.#array();
      case '"':
        return this.#string();
      default:
        return this.#word();
    }
  }

  #object(): object {
    const object = {};
    this.#at += 1;
    while (!this.#ends('}')) {
      const name = this.#string();
      // The colon.
      this.#take(blankPattern);
      this.#at += 1;
      // Not assigned: `__proto__` is a name like any other.
      Object.defineProperty(object, name, {
        value: this.value(),
        configurable: true,
        enumerable: true,
        writable: true,
      });
    }
    return object;
  }

  #array(): readonly unknown[] {
    const items: unknown[] = [];
    this.#at += 1;
    while (!this.#ends(']')) items.push(this.value());
    return items;
  }

  /** Whether a container ends here; passes over its end, or over the comma before the next. */
  #ends(end: string): boolean {
    this.#take(blankPattern);
    const sign = this.#text[this.#at];
    if (sign === end || sign === ',') {
      this.#at += 1;
      this.#take(blankPattern);
    }
    return sign === end;
  }

  #string(): string {
    const start = this.#at;
    // No expression: one that goes back over escapes would need a stack as long as the string.
    do this.#at = this.#text.indexOf('"', this.#at + 1);
    while (this.#isEscaped(this.#at));
    this.#at += 1;
    return JSON.parse(this.#text.slice(start, this.#at)) as string;
  }

  /** Whether an odd number of backslashes stands before. */
  #isEscaped(at: number): boolean {
    let before = at - 1;
    while (this.#text[before] === '\\') before -= 1;
    return (at - before) % 2 === 0;
  }

  #word(): unknown {
    const word = this.#take(wordPattern);
    switch (word) {
      case 'true':
        return true;
      case 'false':
        return false;
      case 'null':
        return null;
      default:
        return this.#toNumber(word);
    }
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) throw new SyntaxError(`no JSON at ${String(this.#at)}`);
    this.#at += found.length;
    return found;
  }
}
