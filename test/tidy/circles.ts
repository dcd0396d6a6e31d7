/**
 * Finds one circle in a graph.
 *
 * @param edges - What each node points to.
 * @returns The nodes of a circle, its first node again at the end; `undefined` when there is none.
 */
export function findCircle(
  edges: ReadonlyMap<string, readonly string[]>,
): readonly string[] | undefined {
  const done = new Set<string>();
  const path: string[] = [];

  const visit = (node: string): readonly string[] | undefined => {
    const start = path.indexOf(node);
    if (start !== -1) return [...path.slice(start), node];
    if (done.has(node)) return undefined;
    path.push(node);
    for (const next of edges.get(node) ?? []) {
      const circle = visit(next);
      if (circle !== undefined) return circle;
    }
    path.pop();
    done.add(node);
    return undefined;
  };

  for (const node of edges.keys()) {
    const circle = visit(node);
    if (circle !== undefined) return circle;
  }
  return undefined;
}
