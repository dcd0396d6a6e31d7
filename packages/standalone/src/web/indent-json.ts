/**
 * Lays JSON out over lines, two blanks a level, without touching a value: no number is rounded.
 *
 * @param text One valid JSON value.
 * @returns the text as it is when laid out it would be longer than `lengthMax`: deep nesting makes a
 *   short text very long
 */
export function indentJson(text: string, lengthMax: number): string {
  const pieces: string[] = [];
  let length = 0;
  let depth = 0;
  const add = (piece: string): void => {
    pieces.push(piece);
    length += piece.length;
  };
  const breakLine = (): void => {
    add('\n' + '  '.repeat(depth));
  };
  let at = 0;
  while (at < text.length) {
    if (length > lengthMax) return text;
    const sign = text[at];
    switch (sign) {
      case '{':
      case '[': {
        const next = skipBlanks(text, at + 1);
        if (text[next] === '}' || text[next] === ']') {
          add(sign === '{' ? '{}' : '[]');
          at = next + 1;
          break;
        }
        add(sign);
        depth += 1;
        breakLine();
        at += 1;
        break;
      }
      case '}':
      case ']':
        depth -= 1;
        breakLine();
        add(sign);
        at += 1;
        break;
      case ',':
        add(sign);
        breakLine();
        at += 1;
        break;
      case ':':
        add(': ');
        at += 1;
        break;
      case ' ':
      case '\n':
      case '\r':
      case '\t':
        at += 1;
        break;
      default: {
        const end = sign === '"' ? behindString(text, at) : behindWord(text, at);
        add(text.slice(at, end));
        at = end;
      }
    }
  }
  return length > lengthMax ? text : pieces.join('');
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \n\r\t'.includes(text.charAt(at))) at += 1;
  return at;
}

function behindString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** A number, or one of `true`, `false`, `null`. */
function behindWord(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && !' \n\r\t,:]}'.includes(text.charAt(at))) at += 1;
  return at;
}
