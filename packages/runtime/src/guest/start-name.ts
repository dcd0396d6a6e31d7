import type { FunctionType, GuestInterface } from '@wasmwhisk/artifact';

/**
 * The export at which a run of a command or buffer module begins: `main` may name an exported
 * () -> () function. What invokers send when the user named none is `main` too, so that word, an
 * unknown name, and every name given to a first-form module mean `_start`.
 */
export function startName(
  functions: ReadonlyMap<string, FunctionType>,
  guestInterface: GuestInterface,
  entry: string | undefined,
): string {
  if (entry === undefined || entry === 'main' || guestInterface === 'buffer') return '_start';
  const named = functions.get(entry);
  return named?.params.length === 0 && named.results.length === 0 ? entry : '_start';
}
