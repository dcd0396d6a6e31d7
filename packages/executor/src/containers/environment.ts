import type { EnvironmentEntries } from '@wasmwhisk/protocol';

/** More entries are merged by a map; fewer are compared with each other. */
const comparedMax = 16;

/**
 * What is the same for every run of a container: the host's share and the action's. Merged once; a
 * run adds what came with it, and nothing of an earlier run is in it.
 */
export class ContainerEnvironment {
  readonly #entries: EnvironmentEntries;
  readonly #names: ReadonlySet<string>;

  constructor(...layers: readonly EnvironmentEntries[]) {
    this.#entries = merge(layers);
    this.#names = new Set(this.#entries.map(([name]) => name));
  }

  /** Later layers win, name by name; each name is in it once. */
  with(context: EnvironmentEntries): EnvironmentEntries {
    if (!this.#isApart(context)) return merge([this.#entries, context]);
    return this.#entries.length === 0 ? context : [...this.#entries, ...context];
  }

  /** Whether no name of the context is there already, as is usual. */
  #isApart(context: EnvironmentEntries): boolean {
    if (context.length > comparedMax) return false;
    let index = 0;
    for (const [name] of context) {
      if (this.#names.has(name)) return false;
      for (let before = 0; before < index; before += 1)
        if (context[before]?.[0] === name) return false;
      index += 1;
    }
    return true;
  }
}

function merge(layers: readonly EnvironmentEntries[]): EnvironmentEntries {
  const merged = new Map<string, string>();
  for (const layer of layers) for (const [name, value] of layer) merged.set(name, value);
  return [...merged];
}
