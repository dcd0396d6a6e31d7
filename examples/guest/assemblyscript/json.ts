// Just enough JSON for small guests: the text of one member of an object, found without building a
// tree. The host has checked that the arguments are JSON, so nothing is validated twice.

/** The text of the member's value, as it stands in the object; empty when there is no such member. */
export function findMember(object: string, name: string): string {
  let at = skipSpace(object, 0);
  if (at >= object.length || object.charCodeAt(at) != 0x7b /* { */) return '';
  at = skipSpace(object, at + 1);
  let found = '';
  while (at < object.length && object.charCodeAt(at) == 0x22 /* " */) {
    const keyEnd = skipString(object, at);
    const key = parseString(object.substring(at, keyEnd));
    const valueStart = skipSpace(object, skipSpace(object, keyEnd) + 1);
    const valueEnd = skipValue(object, valueStart);
    // The last of several equal keys wins, as it does in JavaScript.
    if (key == name) found = object.substring(valueStart, valueEnd);
    at = skipSpace(object, valueEnd);
    if (at < object.length && object.charCodeAt(at) == 0x2c /* , */) at = skipSpace(object, at + 1);
  }
  return found;
}

/** Whether a value's text is a string. */
export function isString(value: string): bool {
  return value.length > 1 && value.charCodeAt(0) == 0x22;
}

/** Whether a value's text is a number. */
export function isNumber(value: string): bool {
  if (value.length == 0) return false;
  const first = value.charCodeAt(0);
  return first == 0x2d /* - */ || (first >= 0x30 && first <= 0x39);
}

/** What a JSON string stands for. */
export function parseString(value: string): string {
  let text = '';
  for (let at = 1; at < value.length - 1; at++) {
    const unit = value.charCodeAt(at);
    if (unit != 0x5c /* \ */) {
      text += String.fromCharCode(unit);
      continue;
    }
    at++;
    const escape = value.charCodeAt(at);
    if (escape == 0x75 /* u */) {
      text += String.fromCharCode(<i32>parseInt(value.substring(at + 1, at + 5), 16));
      at += 4;
    } else if (escape == 0x6e /* n */) text += '\n';
    else if (escape == 0x74 /* t */) text += '\t';
    else if (escape == 0x72 /* r */) text += '\r';
    else if (escape == 0x62 /* b */) text += '\b';
    else if (escape == 0x66 /* f */) text += '\f';
    else text += String.fromCharCode(escape);
  }
  return text;
}

/** The JSON string that stands for a text. */
export function quote(text: string): string {
  let json = '"';
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit == 0x22 || unit == 0x5c) json += '\\' + String.fromCharCode(unit);
    else if (unit >= 0x20) json += String.fromCharCode(unit);
    else json += '\\u' + unit.toString(16).padStart(4, '0');
  }
  return json + '"';
}

function skipSpace(text: string, at: i32): i32 {
  while (at < text.length && text.charCodeAt(at) <= 0x20) at++;
  return at;
}

/** From the opening quote to behind the closing one. */
function skipString(text: string, at: i32): i32 {
  at++;
  while (at < text.length && text.charCodeAt(at) != 0x22) {
    at += text.charCodeAt(at) == 0x5c ? 2 : 1;
  }
  return at + 1;
}

function skipValue(text: string, at: i32): i32 {
  let depth = 0;
  while (at < text.length) {
    const unit = text.charCodeAt(at);
    if (unit == 0x22) {
      at = skipString(text, at);
      if (depth == 0) return at;
      continue;
    }
    if (unit == 0x7b || unit == 0x5b /* [ */) depth++;
    else if (unit == 0x7d || unit == 0x5d /* ] */) {
      // A closing bracket at depth 0 ends the object around a number or literal.
      if (depth == 0) return at;
      depth--;
      if (depth == 0) return at + 1;
    } else if (depth == 0 && (unit == 0x2c || unit <= 0x20)) return at;
    at++;
  }
  return at;
}
