/**
 * Licences that what we ship may be under. None of them asks for more than naming authors and licence.
 * MPL-2.0 and other licences that ask for sources are not among them.
 */
export const allowedLicences: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'Apache-2.0 WITH LLVM-exception',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BSL-1.0',
  'CC0-1.0',
  // Of data: the certificate authorities that browsers trust.
  'CDLA-Permissive-2.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Unicode-3.0',
  'Unicode-DFS-2016',
  'Unlicense',
  'Zlib',
]);

/** An expression that is not SPDX; the message quotes it. */
export class LicenceSyntaxError extends Error {
  override readonly name = 'LicenceSyntaxError';
}

/** Splits into brackets, operators and names. Old manifests write `/` for `OR`. */
function toTokens(expression: string): string[] {
  return expression.replaceAll('/', ' OR ').match(/[()]|[^\s()]+/g) ?? [];
}

/**
 * Whether an SPDX expression leaves a choice that is allowed: of `OR` one side, of `AND` both.
 *
 * @throws LicenceSyntaxError
 */
export function isAllowed(
  expression: string,
  allowed: ReadonlySet<string> = allowedLicences,
): boolean {
  const tokens = toTokens(expression);
  const fail = (): never => {
    throw new LicenceSyntaxError(`not a licence expression: ${expression}`);
  };
  const readOne = (): boolean => {
    const token = tokens.shift();
    if (token === '(') {
      const inner = readAny();
      if (tokens.shift() !== ')') fail();
      return inner;
    }
    if (token === undefined || /^(?:\)|AND|OR|WITH)$/.test(token)) return fail();
    if (tokens[0] !== 'WITH') return allowed.has(token);
    tokens.shift();
    return allowed.has(`${token} WITH ${tokens.shift() ?? fail()}`);
  };
  const readAll = (): boolean => {
    let good = readOne();
    while (tokens[0] === 'AND') {
      tokens.shift();
      // Read first: the right side has to be taken off the line in any case.
      good = readOne() && good;
    }
    return good;
  };
  const readAny = (): boolean => {
    let good = readAll();
    while (tokens[0] === 'OR') {
      tokens.shift();
      good = readAll() || good;
    }
    return good;
  };
  const good = readAny();
  return tokens.length === 0 ? good : fail();
}
