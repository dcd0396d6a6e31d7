// @ts-check
/*
 * JSON as text. What actions take and give is never parsed into numbers, which would round those above
 * 2^53: it is cut out of answers and indented as it came.
 */

/**
 * `JSON.parse`, for documents of the API itself. What comes out is yet to be given a type.
 *
 * @param {string} text
 * @returns {unknown}
 * @throws {SyntaxError}
 */
export function parseJson(text) {
  return JSON.parse(text);
}

/** Deeper levels are no longer indented: else a text of brackets would become enormous. */
const indentDepthMax = 24;

/**
 * The end of the string that begins at an index.
 *
 * @param {string} text
 * @param {number} start of the opening quote
 */
function endOfString(text, start) {
  let index = start + 1;
  while (index < text.length && text[index] !== '"') index += text[index] === '\\' ? 2 : 1;
  return index + 1;
}

/**
 * Lays out valid JSON over several lines, two spaces a level. Strings and numbers stay as they are.
 *
 * @param {string} text
 */
export function indentJson(text) {
  /** @type {string[]} */
  const pieces = [];
  let depth = 0;
  const breakLine = () => {
    if (depth <= indentDepthMax) pieces.push('\n', '  '.repeat(depth));
  };
  let index = 0;
  while (index < text.length) {
    const character = text[index] ?? '';
    if (character === '"') {
      const end = endOfString(text, index);
      pieces.push(text.slice(index, end));
      index = end;
      continue;
    }
    index += 1;
    if (character === '{' || character === '[') {
      const close = /[^\s]/.exec(text.slice(index, index + 100))?.[0];
      pieces.push(character);
      depth += 1;
      if (close !== '}' && close !== ']') breakLine();
    } else if (character === '}' || character === ']') {
      const last = pieces.at(-1);
      depth -= 1;
      if (last !== '{' && last !== '[') {
        // The line was broken at the depth of the content; close one level further out.
        breakLine();
      }
      pieces.push(character);
    } else if (character === ',') {
      pieces.push(',');
      if (depth <= indentDepthMax) breakLine();
      else pieces.push(' ');
    } else if (character === ':') {
      pieces.push(': ');
    } else if (!/\s/.test(character)) {
      const end = endOfScalar(text, index);
      pieces.push(text.slice(index - 1, end));
      index = end;
    }
  }
  return pieces.join('');
}

/**
 * @param {string} text
 * @param {number} start
 */
function endOfScalar(text, start) {
  let index = start;
  while (index < text.length && !/[\s,:[\]{}"]/.test(text[index] ?? '')) index += 1;
  return index;
}

/**
 * The members of a valid JSON object as texts; of several with one key the last one. Of an array the
 * elements, by index.
 *
 * @param {string} text
 * @returns {Map<string, string>} empty when it is neither
 */
export function membersOf(text) {
  /** @type {Map<string, string>} */
  const members = new Map();
  let index = text.search(/\S/);
  const isArray = text[index] === '[';
  if (!isArray && text[index] !== '{') return members;
  index += 1;
  let depth = 0;
  let key = isArray ? '0' : undefined;
  let valueStart = index;
  const finish = () => {
    const value = text.slice(valueStart, index).trim();
    // An empty array has no element, not an empty one.
    if (key !== undefined && value !== '') members.set(key, value);
    key = isArray ? String(members.size) : undefined;
    valueStart = index + 1;
  };
  while (index < text.length) {
    const character = text[index];
    if (character === '"') {
      const end = endOfString(text, index);
      if (depth === 0 && key === undefined) {
        key = String(JSON.parse(text.slice(index, end)));
        valueStart = text.indexOf(':', end) + 1;
        index = valueStart;
      } else index = end;
      continue;
    }
    if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') {
      if (depth === 0) break;
      depth -= 1;
    } else if (character === ',' && depth === 0) finish();
    index += 1;
  }
  finish();
  return members;
}

/**
 * What is wrong with a text that should be one JSON object.
 *
 * @param {string} text
 * @returns {string | undefined} `undefined` when nothing is
 */
export function objectFault(text) {
  /** @type {unknown} */
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `This is not JSON: ${reason.slice(0, 200)}`;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return undefined;
  return 'Arguments are one JSON object, such as {"name": "Ada"}.';
}

/**
 * Makes visible what would not be: control characters, and those that change the direction of text.
 *
 * @param {string} text
 */
export function visible(text) {
  return text.replaceAll(
    /[\u0000-\u0008\u000b-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => {
      const code = character.charCodeAt(0);
      if (code === 0x0d) return '';
      if (code < 0x20) return String.fromCharCode(0x2400 + code);
      return `\\u${code.toString(16).padStart(4, '0')}`;
    },
  );
}
