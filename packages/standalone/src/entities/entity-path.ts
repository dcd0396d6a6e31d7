/** Where an entity is: `namespace/name`, or for an action in a package `namespace/package/name`. */
export interface EntityPath {
  readonly namespace: string;
  /** Only of actions that lie in a package. */
  readonly package: string | undefined;
  readonly name: string;
}

/** As it stands in rules, annotations and keys: `guest/math/add`, without a slash in front. */
export function toPathText({ namespace, package: inPackage, name }: EntityPath): string {
  return inPackage === undefined ? `${namespace}/${name}` : `${namespace}/${inPackage}/${name}`;
}

/** What OpenWhisk calls the namespace of an entity: with the package, without the name. */
export function toContainerText({ namespace, package: inPackage }: EntityPath): string {
  return inPackage === undefined ? namespace : `${namespace}/${inPackage}`;
}

export function isSamePath(one: EntityPath, other: EntityPath): boolean {
  return (
    one.namespace === other.namespace && one.package === other.package && one.name === other.name
  );
}
