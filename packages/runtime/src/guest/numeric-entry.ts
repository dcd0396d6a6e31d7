import type { FunctionType } from '@wasmwhisk/artifact';
import { WasmRuntimeError } from '../errors.js';
import { isNumericSignature } from './numeric.js';

/** The export that a numeric guest's activations call. */
export interface NumericEntry {
  readonly name: string;
  readonly signature: FunctionType;
}

/** OpenWhisk's own default for `main`: what it sends when an action's developer set nothing. */
const defaultName = 'main';

/**
 * Finds the export that `entry` names. Without a name, which is also what the name `main` may mean,
 * the one called `main`, or else the only one.
 *
 * @throws WasmRuntimeError `WW_ERR_GUEST_EXPORT_MISSING`
 */
export function resolveNumericEntry(
  functions: ReadonlyMap<string, FunctionType>,
  entry: string | undefined,
): NumericEntry {
  const candidates = [...functions].filter(
    ([name, signature]) => name !== '_initialize' && isNumericSignature(signature),
  );
  const [only, ...others] = candidates;
  const wanted = entry ?? defaultName;
  const found = candidates.find(([name]) => name === wanted);
  const chosen = found ?? (wanted === defaultName && others.length === 0 ? only : undefined);
  if (chosen !== undefined) return { name: chosen[0], signature: chosen[1] };
  const names = candidates.map(([name]) => `"${name}"`).slice(0, 20);
  throw new WasmRuntimeError(
    'WW_ERR_GUEST_EXPORT_MISSING',
    `The action has no export "${wanted}" that takes and returns numbers. Set main to one of: ${names.join(', ')}.`,
  );
}
