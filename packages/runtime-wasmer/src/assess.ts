import type { ArtifactDescription } from '@wasmwhisk/artifact';
import { assessRunnable, type Assessment } from '@wasmwhisk/runtime';

/** The guest interfaces that this runtime serves. */
export type ServedInterface = 'buffer' | 'buffer-second' | 'command';

/** Which of our interfaces the artifact offers; `undefined` when none. */
export function servedInterface(description: ArtifactDescription): ServedInterface | undefined {
  const { guestInterface } = description;
  return description.format === 'module' &&
    (guestInterface === 'buffer' ||
      guestInterface === 'buffer-second' ||
      guestInterface === 'command')
    ? guestInterface
    : undefined;
}

export function assessArtifact(description: ArtifactDescription): Assessment {
  if (description.format === 'component')
    return { type: 'unsupported', reason: 'it is a component, and wasmer runs core modules only' };
  if (hasTags(description))
    // Wasmer's JavaScript bindings panic when they meet one.
    return { type: 'unsupported', reason: 'it imports or exports an exception tag' };
  const runnable = assessRunnable(description);
  if (runnable.type === 'unsupported') return runnable;
  if (servedInterface(description) === undefined)
    return {
      type: 'unsupported',
      reason: 'it offers neither a buffer interface nor a WASI command (_start)',
    };
  return { type: 'supported' };
}

function hasTags(description: ArtifactDescription & { readonly format: 'module' }): boolean {
  return [...description.imports, ...description.exports].some(
    ({ external }) => external.type === 'tag',
  );
}
