/** A media type as a header says it, such as `text/html; charset=utf-8`. */
export interface MediaType {
  /** Type and subtype in lower case: `text/html`. */
  readonly essence: string;
  /** By name in lower case; of a name that is given twice the first counts. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** What RFC 9110 calls a token. */
const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const essencePattern = new RegExp(`^[ \\t]*(${token}/${token})[ \\t]*`);
const parameterPattern = new RegExp(
  `;[ \\t]*(?:(${token})=(?:(${token})|"((?:[^"\\\\\\x00-\\x08\\x0a-\\x1f\\x7f]|\\\\[^\\x00-\\x08\\x0a-\\x1f\\x7f])*)"))?[ \\t]*`,
  'y',
);

/** Reads a `Content-Type`. @returns `undefined` when it is none */
export function parseMediaType(text: string): MediaType | undefined {
  const start = essencePattern.exec(text);
  const essence = start?.[1]?.toLowerCase();
  if (start === null || essence === undefined) return undefined;
  const parameters = new Map<string, string>();
  let at = start[0].length;
  while (at < text.length) {
    parameterPattern.lastIndex = at;
    const found = parameterPattern.exec(text);
    if (found === null) return undefined;
    at = parameterPattern.lastIndex;
    const name = found[1]?.toLowerCase();
    // Semicolons with nothing between them are allowed.
    if (name === undefined || parameters.has(name)) continue;
    parameters.set(name, found[2] ?? found[3]?.replace(/\\(.)/g, '$1') ?? '');
  }
  return { essence, parameters };
}

/** `application/json`, and whatever ends in `+json`. */
export function isJsonType({ essence }: MediaType): boolean {
  return essence === 'application/json' || essence.endsWith('+json');
}

/** What a form in a page sends by default. */
export function isFormType({ essence }: MediaType): boolean {
  return essence === 'application/x-www-form-urlencoded';
}

const textTypes: ReadonlySet<string> = new Set([
  'application/ecmascript',
  'application/javascript',
  'application/x-javascript',
  'application/x-www-form-urlencoded',
  'application/xml',
  'application/xml-dtd',
]);

/**
 * Whether bodies of a type are texts; all others travel as base64. As in OpenWhisk `image/svg+xml`,
 * multipart and types that it does not know are none.
 */
export function isTextType(type: MediaType): boolean {
  const { essence } = type;
  if (essence.startsWith('text/') || isJsonType(type) || textTypes.has(essence)) return true;
  return essence.startsWith('application/') && essence.endsWith('+xml');
}

/** As written in a header. */
export function toMediaTypeText({ essence, parameters }: MediaType): string {
  let text = essence;
  for (const [name, value] of parameters)
    text += `; ${name}=${isToken(value) ? value : JSON.stringify(value)}`;
  return text;
}

const tokenPattern = new RegExp(`^${token}$`);

function isToken(text: string): boolean {
  return tokenPattern.test(text);
}
