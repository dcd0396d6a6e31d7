/** What a web action's answer is made into, by the ending of its name in the path. */
export const webExtensions = ['http', 'json', 'html', 'svg', 'text'] as const;

export type WebExtension = (typeof webExtensions)[number];

export function isWebExtension(text: string): text is WebExtension {
  return (webExtensions as readonly string[]).includes(text);
}

/** Which web action is asked for, and in what form it is to answer. */
export interface WebAddress {
  readonly namespace: string;
  /** `undefined` for actions in no package, which the path calls `default`. */
  readonly package: string | undefined;
  readonly name: string;
  readonly extension: WebExtension;
}

/**
 * Reads `namespace/package/action[.extension][/rest]`, split before it is decoded.
 *
 * @param path Without a slash in front, percent-encoded.
 * @returns `undefined` when parts are missing or cannot be decoded
 */
export function parseWebAddress(
  path: string,
): { readonly address: WebAddress; readonly rest: string } | undefined {
  const [first, second, third] = path.split('/', 3);
  if (first === undefined || second === undefined || third === undefined) return undefined;
  const namespace = decode(first);
  const inPackage = decode(second);
  const segment = decode(third);
  if (namespace === undefined || inPackage === undefined || segment === undefined) return undefined;
  const { name, extension } = splitExtension(segment);
  return {
    address: {
      namespace,
      package: inPackage === 'default' ? undefined : inPackage,
      name,
      extension,
    },
    rest: path.slice(first.length + second.length + third.length + 2),
  };
}

function splitExtension(segment: string): {
  readonly name: string;
  readonly extension: WebExtension;
} {
  const dot = segment.lastIndexOf('.');
  const ending = segment.slice(dot + 1);
  return dot >= 0 && isWebExtension(ending)
    ? { name: segment.slice(0, dot), extension: ending }
    : { name: segment, extension: 'http' };
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
