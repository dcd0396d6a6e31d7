/** The kind of an action that is a WebAssembly module or component. */
export const wasmKind = 'wasm:0.1';

/** The family that `wasmKind` belongs to: `wasm:default` stands for its default. */
export const wasmFamily = 'wasm';

/** The kind of an action that is a list of others. */
export const sequenceKind = 'sequence';

/**
 * What a kind as a client writes it stands for.
 *
 * @param text Compared without white space around, and without regard to case.
 * @returns `undefined` when it is not served
 */
export function resolveKind(text: string): typeof wasmKind | typeof sequenceKind | undefined {
  switch (text.trim().toLowerCase()) {
    case wasmKind:
    case `${wasmFamily}:default`:
      return wasmKind;
    case sequenceKind:
      return sequenceKind;
    default:
      return undefined;
  }
}
