/** Notes a use of the container and says whether the thread holds it, by the worker's own rule. */
export function touch(containers: Set<string>, key: string, max: number): boolean {
  const known = containers.delete(key);
  containers.add(key);
  if (containers.size > max) {
    const [oldest] = containers;
    if (oldest !== undefined) containers.delete(oldest);
  }
  return known;
}
